import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The handshake takes longer than the connect timeout',
  break: tls.handshakeSlow({ bytes: 50, everyMs: 100 }),
  call: { connectTimeoutMs: 500, timeoutMs: 2_000 },
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'UND_ERR_CONNECT_TIMEOUT',
      message: /Connect Timeout Error/,
      tookMs: [450, 2_500],
    },
    https: {
      name: 'AbortError',
      code: 'ABORT_ERR',
      message: /operation was aborted/,
      tookMs: [1_950, 3_500],
    },
    curl: { exit: 28, message: /SSL connection timeout/, tookMs: [450, 2_500] },
    python: { name: 'URLError', message: /handshake operation timed out/, tookMs: [450, 2_500] },
    requests: { name: 'ReadTimeout', message: /handshake operation timed out/, tookMs: [450, 2_500] },
  },
  lesson: {
    story: 'With a limit of 500 ms every call fails; with 10 s all work.',
    why: 'Every byte arrives, but not in time. A connect timeout covers TCP and TLS together.',
    seeIt: 'curl -v --connect-timeout 1 https://api.example.test/users',
    clue: /SSL connection timeout/,
    looksLike: 'handshake-stall (nothing arrives), dropped-packets (the same code; not even TCP connects)',
    hints: ['Does a longer limit help?', 'Do bytes arrive in the meantime?'],
  },
})
