import { reply, scenario } from '#sandbox/reply'

export default scenario({
  title: 'The connection ends (FIN) after 20 bytes of the body',
  break: reply.cutBody({ how: 'end', afterBytes: 20 }),
  expect: {
    fetch: { name: 'TypeError', code: 'UND_ERR_SOCKET', message: /^other side closed$/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /^aborted$/ },
    curl: { exit: 18, status: 200, message: /167 bytes remaining to read/ },
    python: { name: 'IncompleteRead', message: /20 bytes read, 167 more expected/ },
    requests: { status: 200, body: '{"users":[{"id":1,"n' },
  },
  lesson: {
    story: 'Status 200, and half a list. One of five clients even calls that a success.',
    why: 'The head had promised 187 bytes; the connection ended after 20. Who does not count them notices nothing.',
    seeIt: 'curl -sS https://api.example.test/users',
    clue: /transfer closed with \d+ bytes remaining to read/,
    looksLike:
      'cut-then-works (by RST; fetch: "read ECONNRESET", curl: exit 56), closed-on-connect (no status at all)',
    hints: ['How long should the body be?', 'Does the client compare Content-Length with what came?'],
  },
})
