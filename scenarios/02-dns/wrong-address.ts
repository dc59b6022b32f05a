import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The API host name points to a machine that is gone',
  break: dns.wrongAddress({ name: 'api.example.test', address: '127.0.0.254' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ECONNREFUSED',
      syscall: 'connect',
      message: /connect ECONNREFUSED 127\.0\.0\.254/,
    },
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'connect', message: /127\.0\.0\.254/ },
    curl: { exit: 7, message: /connect/ },
    python: { name: 'URLError', code: 'ECONNREFUSED' },
    requests: { name: 'ConnectionError', code: 'ECONNREFUSED' },
  },
  lesson: {
    story: 'After the move the app says that the API refuses. The API is up and idle.',
    why: 'The record still names the old machine. Nobody listens there, so the kernel refuses.',
    seeIt: 'dig +short api.example.test',
    clue: /^127\.0\.0\.254$/m,
    looksLike: 'connection-refused (the same error: compare the address with the real one)',
    hints: ['Which address does the error name?', 'Is that where the API runs?'],
  },
})
