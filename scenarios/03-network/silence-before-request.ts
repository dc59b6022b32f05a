import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'TLS is done for the client, then its request is met with silence',
  break: network.acceptThenSilence({ at: 'request' }),
  call: { connectTimeoutMs: 700, timeoutMs: 1_200 },
  expect: {
    // Connected and secured: no connect timeout ends this wait, only the limit of the whole call.
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [1_150, 1_900] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_150, 1_900] },
    curl: { exit: 28, message: /Operation timed out .* 0 bytes received/, tookMs: [1_150, 1_900] },
    python: { name: 'TimeoutError', message: /read operation timed out/, tookMs: [650, 1_500] },
    requests: { name: 'ReadTimeout', message: /Read timed out/, tookMs: [1_150, 1_900] },
  },
  lesson: {
    story: 'The request is sent, no answer comes. The server log is empty.',
    why: 'The line went silent between the handshake and the request. Connect timeouts are over by then.',
    seeIt: 'curl -v --max-time 2 https://api.example.test/users',
    clue: /Finished \(20\)[\s\S]*Operation timed out/,
    looksLike: 'hang (the API got the request), accept-then-silence (TLS never done)',
    hints: ['Which of the timeouts fired?', 'Did the gateway see a request?'],
  },
})
