import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The handshake trickles in: 200 bytes every 100 ms',
  break: tls.handshakeSlow({ bytes: 200, everyMs: 100 }),
  expect: {
    fetch: { status: 200, tookMs: [700, 3_000] },
    https: { status: 200, tookMs: [700, 3_000] },
    curl: { exit: 0, status: 200, tookMs: [450, 3_000] },
    python: { status: 200, tookMs: [450, 3_000] },
    requests: { status: 200, tookMs: [450, 3_000] },
  },
  lesson: {
    story: 'The first call is slow, the next ones are fast.',
    why: 'The time goes into the handshake, and a kept connection needs none.',
    seeIt: "curl -so /dev/null -w '%{time_connect} %{time_appconnect}\\n' https://api.example.test/users",
    clue: /^0\.0\d+ (0\.[4-9]|[1-9]\.)\d+$/m,
    looksLike: 'handshake-too-slow (the connect timeout ends it), slow-query (every call is slow)',
    hints: ['How long until connected, how long until secured?', 'Is the second call fast?'],
  },
})
