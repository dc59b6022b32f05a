import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'SYN packets vanish: nobody answers, nobody refuses',
  break: network.synDrop(),
  call: { connectTimeoutMs: 500, timeoutMs: 2_000 },
  expect: {
    // undici's timer is coarse: 500 ms fires between 0.5 and 1.6 s.
    fetch: { name: 'TypeError', code: 'UND_ERR_CONNECT_TIMEOUT', tookMs: [450, 2_500] },
    // https.request has no connect timeout: only the call's own clock ends it.
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_950, 3_500] },
    curl: { exit: 28, message: /timed out|timeout/i, tookMs: [450, 2_500] },
    python: { name: 'URLError', message: /timed out/, tookMs: [450, 2_500] },
    requests: { name: 'ConnectTimeout', tookMs: [450, 2_500] },
  },
  lesson: {
    story: 'The call waits and waits, then "fetch failed". From another machine it works.',
    why: 'The packets that open a connection are lost on the way, so the client waits for an answer nobody sends.',
    seeIt: 'curl -v --connect-timeout 2 https://api.example.test/users',
    clue: /Failed to connect .* Timeout was reached/,
    looksLike: 'handshake-stall (also UND_ERR_CONNECT_TIMEOUT, but the TCP connection is made)',
    hints: [
      'Is the connection refused, or does nothing come back?',
      'Does the server see a connection at all?',
    ],
  },
})
