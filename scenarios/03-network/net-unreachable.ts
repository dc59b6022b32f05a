import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'A router says: network unreachable',
  break: network.netUnreachable(),
  expect: {
    fetch: { name: 'TypeError', code: 'ENETUNREACH', syscall: 'connect' },
    https: { name: 'Error', code: 'ENETUNREACH', syscall: 'connect' },
    curl: { exit: 7 },
    python: { name: 'URLError', code: 'ENETUNREACH', message: /Network is unreachable/ },
    requests: { name: 'ConnectionError', message: /Network is unreachable/ },
  },
  lesson: {
    story: 'The call fails at once; the server knows nothing of it.',
    why: 'A router on the way answered with an ICMP error, so the kernel gives up at once.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Network is unreachable/,
    looksLike: 'connection-refused (the host itself answers), dropped-packets (nobody answers)',
    hints: ['Who answered: the host or a router?'],
  },
})
