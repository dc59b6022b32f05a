import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'A record in the answer runs past its end',
  break: dns.malformedAnswer({ name: 'api.example.test', how: 'rdlength' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { name: 'TypeError', code: 'EBADRESP', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'EBADRESP', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND on one network only.',
    why: 'The length of a record is wrong, so what follows cannot be read. The operating system says "not found".',
    seeIt: 'dig api.example.test',
    clue: /malformed message packet[\s\S]*extra bytes at end/,
    looksLike: 'dns-failure (the same ENOTFOUND), malformed-answer',
    hints: ['What does dig warn of?', 'Is the answer good over TCP?'],
  },
})
