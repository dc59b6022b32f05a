import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver does not know this kind of question (NOTIMP)',
  break: dns.notimp({ name: 'api.example.test' }),
  expect: lookupFails.resolverFailed([0, 1_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ENOTIMP',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: { name: 'Error', code: 'ENOTIMP', syscall: 'queryA', tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'Every look-up fails at once, on one network.',
    why: 'A small or old resolver said "not implemented". getaddrinfo calls it temporary.',
    seeIt: 'dig api.example.test',
    clue: /status: NOTIMP/,
    looksLike: 'servfail (the same EAI_AGAIN; only the answer tells them apart)',
    hints: ['Which resolver does this machine ask?', 'What does it answer to dig?'],
  },
})
