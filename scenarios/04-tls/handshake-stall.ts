import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'TCP connects, then nobody answers the ClientHello',
  break: tls.handshakeStall(),
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
    story: 'The port is open, the call hangs, then UND_ERR_CONNECT_TIMEOUT.',
    why: 'The connection was made, but the server never began to speak TLS. For undici connecting includes TLS, hence the name.',
    seeIt: 'curl -v --max-time 2 https://api.example.test/users',
    clue: /Client hello[\s\S]*timed out/,
    looksLike: 'dropped-packets (the same code; there curl never prints "Connected to")',
    hints: ['Does curl -v print "Connected to"?', 'Does the server see a connection?'],
  },
})
