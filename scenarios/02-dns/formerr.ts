import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver cannot read the question (FORMERR)',
  break: dns.formerr({ name: 'api.example.test' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { name: 'TypeError', code: 'EFORMERR', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'EFORMERR', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND for a name that exists.',
    why: 'The resolver said "I cannot read your question". glibc makes "no such name" of it, which is wrong.',
    seeIt: 'dig api.example.test',
    clue: /status: FORMERR/,
    looksLike: 'dns-failure (the same ENOTFOUND; dig says FORMERR here)',
    hints: ['Does dig say NXDOMAIN or FORMERR?', 'Does dig +noedns work?'],
  },
})
