import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The API host name has no address (NODATA)',
  break: dns.nodata({ name: 'api.example.test' }),
  expect: {
    ...lookupFails.noAddress(),
    chromium: { name: 'TypeError', code: 'ERR_NAME_NOT_RESOLVED', message: /^Failed to fetch$/ },
  },
  portable: {
    fetch: { name: 'TypeError', code: 'ENODATA', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENODATA', syscall: 'queryA' },
  },
  lesson: {
    story: 'The name was registered, yet every call says ENOTFOUND.',
    why: 'The name exists without an A or AAAA record: perhaps only a TXT or MX. Node says ENOTFOUND for both; Python tells them apart.',
    seeIt: 'dig api.example.test',
    clue: /status: NOERROR[\s\S]*ANSWER: 0/,
    looksLike: 'dns-failure (NXDOMAIN: the same ENOTFOUND, "Name or service not known" in Python)',
    hints: ['Does dig say NXDOMAIN or NOERROR?', 'Which records does the name have?'],
  },
})
