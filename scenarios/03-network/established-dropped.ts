import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection opens, then everything that is sent vanishes',
  break: network.establishedDropped({ direction: 'to-server' }),
  call: { connectTimeoutMs: 500, timeoutMs: 2_000 },
  expect: {
    // undici's timer is coarse: 500 ms fires up to 1.1 s late, still before the limit of the whole call.
    fetch: { name: 'TypeError', code: 'UND_ERR_CONNECT_TIMEOUT', tookMs: [450, 1_950] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_950, 2_900] },
    curl: { exit: 28, message: /SSL connection timeout|timed out/, tookMs: [450, 1_500] },
    python: { name: 'URLError', message: /handshake operation timed out/, tookMs: [450, 1_500] },
    requests: { name: 'ReadTimeout', message: /Read timed out/, tookMs: [450, 1_500] },
  },
  lesson: {
    story: 'A port check succeeds, every real call times out.',
    why: 'The handshake of TCP got through, everything after it did not: both sides believe in the connection.',
    seeIt: 'curl -s --max-time 2 https://api.example.test/users & sleep 1; ss -tio dst :443; wait',
    clue: /backoff:\d/,
    looksLike: 'handshake-stall (the bytes arrive, the server is silent)',
  },
})
