import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer holds a record of another name',
  break: dns.answerForOtherName({ name: 'api.example.test', owner: 'other.example.test' }),
  expect: lookupFails.nameUnknown(),
  portable: {
    fetch: { status: 200 },
    https: { status: 200 },
  },
  lesson: {
    story: 'One program says ENOTFOUND, another works, on the same machine.',
    why: 'The record belongs to a name nobody asked for. glibc ignores it; c-ares takes the address without looking.',
    seeIt: 'dig api.example.test',
    clue: /^other\.example\.test\./m,
    looksLike: 'dns-failure (the same ENOTFOUND)',
    hints: ['Whose name stands before the record?', 'Which resolver library does each program use?'],
  },
})
