import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'Two aliases point at each other',
  break: dns.cnameLoop({ name: 'api.example.test', alias: 'edge.example.test' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { name: 'TypeError', code: 'ENODATA', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENODATA', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND since yesterday. The record is there: you can see it.',
    why: 'The alias leads to a name whose alias leads back. No resolver ever reaches an address.',
    seeIt: 'dig api.example.test',
    clue: /CNAME\s+api\.example\.test/,
    looksLike: 'dns-failure (the same ENOTFOUND), cname-dangling',
    hints: ['Does the answer hold a CNAME?', 'Where does the chain end?'],
  },
})
