import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: "The route never answers, and fetch's own limit for the head ends the call",
  break: backend.hang({ route: '/users' }),
  call: { headersTimeoutMs: 1_000, timeoutMs: 4_000 },
  expect: {
    // undici looks at its limits twice a second.
    fetch: {
      name: 'TypeError',
      code: 'UND_ERR_HEADERS_TIMEOUT',
      message: /^Headers Timeout Error$/,
      tookMs: [950, 2_500],
    },
  },
  lesson: {
    story: 'Calls fail with "Headers Timeout Error". Without a limit in the code it takes five minutes.',
    why: 'The request was delivered, and may still be worked on. undici waits 300 s for a head; here the app set 1 s.',
    seeIt: 'curl -sS --max-time 2 https://api.example.test/users',
    clue: /Operation timed out after \d+ milliseconds with 0 bytes received/,
    looksLike: 'dropped-packets (UND_ERR_CONNECT_TIMEOUT: never delivered), body-timeout (the head came)',
    hints: ['Was the request sent?', 'Which of the limits fired?', 'Is it safe to try again?'],
  },
})
