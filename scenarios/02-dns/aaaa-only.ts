import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The API host name has only an IPv6 address, where nobody listens',
  break: dns.aaaaOnly({ name: 'api.example.test' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNREFUSED', syscall: 'connect', message: /::1/ },
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'connect', message: /::1/ },
    curl: { exit: 7, message: /connect/ },
    python: { name: 'URLError', code: 'ECONNREFUSED' },
    requests: { name: 'ConnectionError', code: 'ECONNREFUSED' },
  },
  portable: {
    fetch: {
      oneOf: [
        { name: 'TypeError', code: 'ECONNREFUSED', syscall: 'connect', message: /::1/ },
        { name: 'TypeError', code: 'EADDRNOTAVAIL', syscall: 'connect', message: /::1/ },
      ],
      because: 'a machine without IPv6 has no ::1, and its kernel says so before anybody could refuse',
    },
    https: {
      oneOf: [
        { name: 'Error', code: 'ECONNREFUSED', syscall: 'connect', message: /::1/ },
        { name: 'Error', code: 'EADDRNOTAVAIL', syscall: 'connect', message: /::1/ },
      ],
      because: 'a machine without IPv6 has no ::1, and its kernel says so before anybody could refuse',
    },
  },
  lesson: {
    story: 'The API runs and answers on its IPv4 address, but the app says that it refuses.',
    why: 'The A record is gone. What is left is an IPv6 address on which the API does not listen.',
    seeIt: 'dig +short AAAA api.example.test; dig +short A api.example.test',
    clue: /^::1$/m,
    looksLike: 'wrong-address (an IPv4 address in the message), connection-refused (the right one)',
    hints: ['Which address does the error name?', 'On which addresses does the API listen?'],
  },
})
