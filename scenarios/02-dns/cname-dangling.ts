import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'An alias leads to a name without an address',
  break: dns.cnameDangling({ name: 'api.example.test', alias: 'edge.example.test' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { name: 'TypeError', code: 'ENODATA', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENODATA', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND, though dig says NOERROR and shows a record.',
    why: 'The record is an alias. The name behind it exists, but has no address any more.',
    seeIt: 'dig api.example.test',
    clue: /ANSWER: 1,[\s\S]*CNAME\s+edge\.example\.test/,
    looksLike: 'dns-failure (the same ENOTFOUND), nodata (no CNAME), cname-to-nxdomain (NXDOMAIN)',
    hints: ['Does the answer hold a CNAME?', 'Look up the name behind it.'],
  },
})
