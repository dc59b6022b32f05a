import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The line is so slow that the call gives up',
  break: network.latency({ delayMs: 600, direction: 'to-server' }),
  call: { timeoutMs: 1_100 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [1_050, 2_000] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_050, 2_000] },
    curl: { exit: 28, message: /Operation timed out|Connection timed out|SSL connection timeout/ },
    // Python's timeout is for each wait, and none of them takes 1.1 s.
    python: { status: 200, tookMs: [1_190, 3_500] },
    requests: { status: 200, tookMs: [1_190, 3_500] },
  },
  lesson: {
    story: 'With the same timeout one client fails and the other does not.',
    why: 'Some clients limit the whole call, others each wait. Two waits of 600 ms break only the first kind.',
    seeIt: 'curl --max-time 1.1 https://api.example.test/users',
    clue: /Operation timed out/,
    looksLike: 'hang (the handshake is fast)',
    hints: ['What does your timeout count: the call, or each wait?'],
  },
})
