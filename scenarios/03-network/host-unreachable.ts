import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'A router says: host unreachable',
  break: network.hostUnreachable(),
  expect: {
    fetch: { name: 'TypeError', code: 'EHOSTUNREACH', syscall: 'connect' },
    https: { name: 'Error', code: 'EHOSTUNREACH', syscall: 'connect' },
    curl: { exit: 7 },
    python: { name: 'URLError', code: 'EHOSTUNREACH', message: /No route to host/ },
    requests: { name: 'ConnectionError', message: /No route to host/ },
  },
  lesson: {
    story: 'The call fails at once; the server knows nothing of it.',
    why: 'A router on the way answered with an ICMP error, so the kernel gives up at once.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /No route to host/,
    looksLike: 'connection-refused (the host itself answers), dropped-packets (nobody answers)',
    hints: ['Who answered: the host or a router?'],
  },
})
