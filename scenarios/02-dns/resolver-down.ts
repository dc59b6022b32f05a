import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver is down',
  break: dns.resolverDown(),
  expect: lookupFails.resolverFailed([0, 1_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ECONNREFUSED',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'queryA', tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'Suddenly every name fails at once.',
    why: 'Nobody listens on the DNS port, and the kernel says so. ECONNREFUSED with queryA is the resolver, not the API.',
    seeIt: 'dig api.example.test',
    clue: /connection refused/,
    looksLike: 'servfail (the same EAI_AGAIN), connection-refused (syscall connect)',
    hints: ['What is the syscall beside the code?', 'Do other names work?'],
  },
})
