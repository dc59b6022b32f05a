import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The API host name does not exist (NXDOMAIN)',
  break: dns.nxdomain({ name: 'api.example.test' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ENOTFOUND', syscall: 'getaddrinfo', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENOTFOUND', syscall: 'getaddrinfo' },
    curl: { exit: 6, message: /Could not resolve host/ },
    python: { name: 'URLError', code: 'EAI_NONAME' },
    requests: { name: 'ConnectionError', message: /Name or service not known/ },
  },
  portable: {
    fetch: { name: 'TypeError', code: 'ENOTFOUND', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ENOTFOUND', syscall: 'queryA' },
  },
  lesson: {
    story: 'Every call fails at once with "fetch failed". The server knows nothing of it.',
    why: 'The resolver answered "no such name", so no socket was ever opened. Retrying will not help.',
    seeIt: 'dig api.example.test',
    clue: /status: NXDOMAIN/,
    looksLike: 'servfail (EAI_AGAIN), no-answer (EAI_AGAIN, slow)',
    hints: ['Did any connection reach the server?', 'What does the resolver answer for the name?'],
  },
})
