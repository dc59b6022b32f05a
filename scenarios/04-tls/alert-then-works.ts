import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server refuses two handshakes, then has its certificate: the third attempt works',
  break: tls.alert({ description: 'internal_error', when: { times: 2 } }),
  call: { retries: 2 },
  expect: {
    all: { status: 200, attempts: 3 },
  },
  lesson: {
    story: 'For a minute after each deployment the first calls fail, then all is well.',
    why: 'The server answered before its certificate was loaded, with an alert. No request was sent, so trying again is safe.',
    seeIt: 'for try in 1 2 3; do curl -sS https://api.example.test/users; done',
    clue: /alert internal error[\s\S]*alert internal error[\s\S]*"users"/,
    looksLike: 'alert (it never works), reset-then-works (no word at all)',
    hints: ['Which attempt of the call succeeded?', 'Is the server ready before it listens?'],
  },
})
