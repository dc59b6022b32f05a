import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'An alias leads to a name that does not exist',
  break: dns.cnameToNxdomain({ name: 'api.example.test', alias: 'gone.example.test' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { name: 'TypeError', code: 'ENOTFOUND', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENOTFOUND', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND for a name that is certainly there.',
    why: 'The name exists, but as an alias of a service that was cancelled. The code belongs to the last name of the chain.',
    seeIt: 'dig api.example.test',
    clue: /status: NXDOMAIN[\s\S]*CNAME\s+gone\.example\.test/,
    looksLike: 'dns-failure (the same error: only dig shows the CNAME)',
    hints: ['Does the answer hold a CNAME?', 'Who owns the name behind it?'],
  },
})
