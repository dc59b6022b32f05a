import { response, scenario } from '#sandbox/response'

export default scenario({
  title: "The body stops short, and fetch's own limit for a pause ends the call",
  break: response.contentLengthTooLong({ moreBytes: 50 }),
  call: { bodyTimeoutMs: 1_000, timeoutMs: 4_000 },
  expect: {
    // undici looks at its limits twice a second.
    fetch: {
      name: 'TypeError',
      code: 'UND_ERR_BODY_TIMEOUT',
      message: /^Body Timeout Error$/,
      tookMs: [950, 2_500],
    },
  },
  lesson: {
    story: 'The status is 200, then reading the body fails with "terminated".',
    why: 'The head promised more bytes than there are. undici waits 300 s for the next piece; here the app set 1 s.',
    seeIt: 'curl -sS --max-time 2 https://api.example.test/users',
    clue: /187 out of 237 bytes received/,
    looksLike: 'cut-body ("terminated" too, but "other side closed"), headers-timeout (no head came)',
    hints: ['Did a head come?', 'How many bytes came, and how many were promised?'],
  },
})
