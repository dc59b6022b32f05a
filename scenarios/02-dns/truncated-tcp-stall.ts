import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer is too long for UDP, and DNS over TCP never answers',
  break: dns.truncated({ name: 'api.example.test', tcp: 'stall' }),
  call: { timeoutMs: 1_500 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [1_450, 2_500] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_450, 2_500] },
    curl: { exit: 28, message: /Resolving timed out/, tookMs: [1_450, 2_500] },
    python: 'hangs',
    requests: 'hangs',
  },
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ETIMEOUT',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [550, 1_500],
    },
    https: { name: 'Error', code: 'ETIMEOUT', syscall: 'queryA', tookMs: [550, 1_500] },
  },
  lesson: {
    story: 'Calls hang. Python, with timeout=1.5, hangs too.',
    why: 'The answer says "ask again over TCP", and there nobody speaks. glibc waits without a limit; c-ares has one.',
    seeIt: 'dig +tries=1 +timeout=1 api.example.test',
    clue: /Truncated, retrying in TCP mode[\s\S]*timed out/,
    looksLike: 'no-answer (glibc gives up by itself), dropped-packets (the name is found)',
    hints: ['Does the time limit cover the look-up?', 'What does dig +tcp do?'],
  },
})
