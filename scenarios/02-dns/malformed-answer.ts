import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer announces records that are not in it',
  break: dns.malformedAnswer({ name: 'api.example.test', how: 'counts' }),
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
    why: 'Something on the way rewrites answers and breaks them. The operating system finds no name in the rubble and says "not found".',
    seeIt: 'dig api.example.test',
    looksLike: 'dns-failure (the same ENOTFOUND; dig says "malformed message packet" here)',
    hints: ['What does dig warn of?', 'Does the resolver answer well when asked over TCP?'],
  },
})
