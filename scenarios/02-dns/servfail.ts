import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver fails for the API host name (SERVFAIL)',
  break: dns.servfail({ name: 'api.example.test' }),
  expect: lookupFails.resolverFailed([0, 1_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ESERVFAIL',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: { name: 'Error', code: 'ESERVFAIL', syscall: 'queryA', tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'Calls fail at once, then work, then fail again. The name is right.',
    why: 'The resolver answered "I failed". It says nothing about the name, so the next try may work.',
    seeIt: 'dig api.example.test',
    clue: /status: SERVFAIL/,
    looksLike: 'no-answer (the same EAI_AGAIN, but late), refused, resolver-down',
    hints: ['How long did the failure take?', 'Does another resolver know the name?'],
  },
})
