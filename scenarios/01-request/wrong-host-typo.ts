import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The host is "undefined": a variable was not set',
  break: request.wrongHostTypo({ host: 'undefined' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ENOTFOUND', syscall: 'getaddrinfo', message: /ENOTFOUND undefined/ },
    https: { name: 'Error', code: 'ENOTFOUND', syscall: 'getaddrinfo', message: /ENOTFOUND undefined/ },
    curl: { exit: 6, message: /Could not resolve host: undefined/ },
    python: { name: 'URLError', code: 'EAI_NONAME' },
    requests: { name: 'ConnectionError', code: 'EAI_NONAME', message: /host='undefined'/ },
  },
  portable: {
    fetch: { name: 'TypeError', code: 'ENOTFOUND', syscall: 'queryA', message: /ENOTFOUND undefined/ },
    https: { name: 'Error', code: 'ENOTFOUND', syscall: 'queryA', message: /ENOTFOUND undefined/ },
  },
  lesson: {
    story: 'DNS seems broken, but every other program resolves names.',
    why: 'The template had no value for the host, so the word "undefined" became one. DNS answered rightly.',
    seeIt: 'dig undefined',
    rightly: 'dig api.example.test',
    clue: /status: NXDOMAIN/,
    looksLike: 'dns-failure (the right name, and DNS does not know it)',
    hints: ['Which name stands in the message?'],
  },
})
