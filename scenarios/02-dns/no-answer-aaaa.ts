import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver ignores questions for IPv6 addresses',
  break: dns.noAnswerAaaa({ name: 'api.example.test' }),
  call: { timeoutMs: 1_500 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [1_450, 2_500] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_450, 2_500] },
    curl: { exit: 28, message: /Resolving timed out/, tookMs: [1_450, 2_500] },
    python: 'hangs',
    requests: 'hangs',
  },
  portable: {
    fetch: { status: 200, tookMs: [550, 1_500] },
    https: { status: 200, tookMs: [550, 1_500] },
  },
  lesson: {
    story: 'The name resolves in a millisecond, yet every first call times out.',
    why: 'A look-up asks for A and AAAA and waits for both. With patience it succeeds: after 3 s here, 15 s by default.',
    seeIt: 'dig +tries=1 AAAA api.example.test',
    clue: /timed out/,
    looksLike: 'no-answer (fails for A too), slow-answer',
    hints: ['Ask for A and AAAA, one by one.', 'Does it work with IPv4 alone: curl -4?'],
  },
})
