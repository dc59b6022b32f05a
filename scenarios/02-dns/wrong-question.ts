import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'Answers come back to another question',
  break: dns.wrongQuestion({ name: 'api.example.test', question: 'other.example.test' }),
  expect: lookupFails.resolverFailed([1_900, 3_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ETIMEOUT',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [550, 2_500],
    },
    https: { name: 'Error', code: 'ETIMEOUT', syscall: 'queryA', tookMs: [550, 2_500] },
  },
  lesson: {
    story: 'Look-ups time out, yet the resolver swears that it answered.',
    why: 'An answer repeats its question. This one repeats another, so clients ignore it and wait.',
    seeIt: 'dig +tries=1 api.example.test',
    clue: /Question section mismatch/,
    looksLike: 'no-answer (the same error after the same time; dig says "Question section mismatch" here)',
    hints: ['Do packets come back at all?', 'What does dig warn of?'],
  },
})
