import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The line is so slow that the call gives up',
  break: network.latency({ delayMs: 380, direction: 'to-server' }),
  call: { timeoutMs: 700 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [650, 1_400] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [650, 1_400] },
    curl: { exit: 28, message: /Operation timed out|Connection timed out|SSL connection timeout/ },
    // Python's timeout is for each wait, and none of them takes 700 ms.
    python: { status: 200, tookMs: [760, 2_500] },
    requests: { status: 200, tookMs: [760, 2_500] },
  },
  lesson: {
    story: 'With the same timeout one client fails and the other does not.',
    why: 'Some clients limit the whole call, others each wait. Two waits of 380 ms break only the first kind.',
    seeIt: 'curl --max-time 0.7 https://api.example.test/users',
    looksLike: 'a slow backend (the handshake is fast)',
    hints: ['What does your timeout count: the call, or each wait?'],
  },
})
