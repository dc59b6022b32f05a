import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Others hold all eight connections: the ninth is turned away',
  break: network.connectionLimit({ connections: 8, by: 'cut' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL|unexpected eof/ },
    python: { name: 'URLError', message: /closed \(EOF\)|EOF occurred/ },
    requests: { name: 'SSLError', message: /closed \(EOF\)|EOF occurred/ },
  },
  lesson: {
    story: 'At peak times new users fail; those who are in notice nothing.',
    why: 'The load balancer has a limit. It accepts what is too much and ends it at once.',
    seeIt:
      'for n in $(seq 12); do curl -sS -o /dev/null https://api.example.test/users; done; ss -tn state established sport :443 | wc -l',
    clue: /\(35\)/,
    looksLike: 'closed-on-connect (always, not only at peak times), too-many-requests (an HTTP answer: 429)',
    hints: ['Do connections that are open already still work?', 'How many does your own app open?'],
  },
})
