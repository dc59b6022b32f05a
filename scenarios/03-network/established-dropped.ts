import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection opens, then everything that is sent vanishes',
  break: network.establishedDropped({ direction: 'to-server' }),
  call: { connectTimeoutMs: 500, timeoutMs: 1_500 },
  expect: {
    fetch: { name: 'TypeError', code: 'UND_ERR_CONNECT_TIMEOUT', tookMs: [450, 2_500] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_450, 2_500] },
    curl: { exit: 28, tookMs: [450, 2_500] },
    python: { name: 'URLError', message: /timed out/ },
    requests: {
      oneOf: [{ name: 'ReadTimeout' }, { name: 'ConnectTimeout' }],
      because: 'the same timer covers both',
    },
  },
  lesson: {
    story: 'A port check succeeds, every real call times out.',
    why: 'The handshake of TCP got through, everything after it did not: both sides believe in the connection.',
    seeIt: 'ss -tio dst :443',
    looksLike: 'handshake-stall (the bytes arrive, the server is silent)',
  },
})
