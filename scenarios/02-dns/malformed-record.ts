import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'A record in the answer runs past its end',
  break: dns.malformedAnswer({ name: 'api.example.test', how: 'rdlength' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ENOTFOUND', syscall: 'getaddrinfo', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENOTFOUND', syscall: 'getaddrinfo' },
    curl: { exit: 6, message: /Could not resolve host/ },
    python: { name: 'URLError', code: 'EAI_NONAME', message: /Name or service not known/ },
    requests: { name: 'ConnectionError', code: 'EAI_NONAME', message: /Name or service not known/ },
  },
  portable: {
    fetch: { name: 'TypeError', code: 'EBADRESP', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'EBADRESP', syscall: 'queryA' },
  },
  lesson: {
    story: 'ENOTFOUND on one network only.',
    why: 'The length of a record is wrong, so what follows cannot be read. The operating system says "not found".',
    seeIt: 'dig api.example.test',
    looksLike: 'dns-failure (the same ENOTFOUND), malformed-answer',
    hints: ['What does dig warn of?', 'Is the answer good over TCP?'],
  },
})
