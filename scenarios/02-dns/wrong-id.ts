import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'Answers come back with the wrong id',
  break: dns.wrongId({ name: 'api.example.test' }),
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
    why: 'Each answer must repeat the id of its question, or anybody could forge one. These do not, so clients ignore them and wait.',
    seeIt: 'dig +tries=1 api.example.test',
    clue: /ID mismatch/,
    looksLike: 'no-answer (the same error after the same time; dig says "ID mismatch" here)',
    hints: ['Do packets come back at all?', 'What does dig warn of?'],
  },
})
