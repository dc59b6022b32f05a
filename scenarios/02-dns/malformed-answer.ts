import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer announces records that are not in it',
  break: dns.malformedAnswer({ name: 'api.example.test', how: 'counts' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { name: 'TypeError', code: 'EBADRESP', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'EBADRESP', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND on one network only.',
    why: 'Something on the way rewrites answers and breaks them. The operating system finds no name in the rubble and says "not found".',
    seeIt: 'dig api.example.test',
    clue: /malformed message packet/,
    looksLike: 'dns-failure (the same ENOTFOUND; dig says "malformed message packet" here)',
    hints: ['What does dig warn of?', 'Does the resolver answer well when asked over TCP?'],
  },
})
