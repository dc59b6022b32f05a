import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver refuses to answer (REFUSED)',
  break: dns.refused({ name: 'api.example.test' }),
  expect: lookupFails.resolverFailed([0, 1_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'EREFUSED',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: { name: 'Error', code: 'EREFUSED', syscall: 'queryA', tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'It works at home. In the new network every call fails at once.',
    why: 'The resolver does not serve this client. getaddrinfo has no word for that and calls it temporary; it is not.',
    seeIt: 'dig api.example.test',
    clue: /status: REFUSED/,
    looksLike: 'servfail (the same EAI_AGAIN; only the answer itself tells them apart)',
    hints: ['What does the resolver answer other machines?', 'Which resolver does this machine ask?'],
  },
})
