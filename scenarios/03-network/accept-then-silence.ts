import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection is made, then nobody says anything',
  break: network.acceptThenSilence({ at: 'accept' }),
  call: { connectTimeoutMs: 500, timeoutMs: 2_000 },
  expect: {
    // undici's timer is coarse: 500 ms fires up to 1.1 s late, still before the limit of the whole call.
    fetch: { name: 'TypeError', code: 'UND_ERR_CONNECT_TIMEOUT', tookMs: [450, 1_950] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_950, 2_900] },
    curl: { exit: 28, message: /SSL connection timeout|Connection timed out/, tookMs: [450, 1_500] },
    python: { name: 'URLError', message: /handshake operation timed out/, tookMs: [450, 1_500] },
    requests: { name: 'ReadTimeout', message: /Read timed out/, tookMs: [450, 1_500] },
  },
  lesson: {
    story: 'The port is open, a connect test is green, and every call times out.',
    why: 'The kernel accepts for a process that no longer reads. TCP connects; TLS waits for ever.',
    seeIt: 'curl -v --max-time 2 https://api.example.test/users',
    clue: /Client hello[\s\S]*Connection timed out/,
    looksLike: 'dropped-packets (never connected), handshake-stall (the server has read the ClientHello)',
    hints: ['Is the TCP connection made?', 'What comes back after the ClientHello?'],
  },
})
