import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer is too long for UDP, and DNS over TCP is refused',
  break: dns.truncated({ name: 'api.example.test', tcp: 'refused' }),
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
    story: 'It broke the day the name got more addresses.',
    why: 'The answer says "ask again over TCP", and nobody listens there. ECONNREFUSED with queryA is the resolver, not the API.',
    seeIt: 'dig api.example.test',
    clue: /Truncated, retrying in TCP mode[\s\S]*refused/,
    looksLike: 'servfail, resolver-down (both EAI_AGAIN), connection-refused (syscall connect)',
    hints: ['What is the syscall beside the code?', 'Compare dig +notcp +ignore with dig +tcp.'],
  },
})
