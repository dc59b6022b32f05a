import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Nobody listens on the port: the connection is refused',
  break: network.connectionRefused(),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNREFUSED', syscall: 'connect', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'connect' },
    curl: { exit: 7, message: /Failed to connect|Could(n't| not) connect/ },
    python: { name: 'URLError', code: 'ECONNREFUSED', message: /Connection refused/ },
    requests: { name: 'ConnectionError', code: 'ECONNREFUSED', message: /Connection refused/ },
    chromium: { name: 'TypeError', code: 'ERR_CONNECTION_REFUSED', message: /^Failed to fetch$/ },
  },
  lesson: {
    story: 'After a deployment every call fails at once. The host answers ping.',
    why: 'The host is there, but no process listens on the port: the kernel answers the first packet with a RST.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Connection refused/,
    looksLike:
      'dropped-packets (nothing comes back, slow), refused (the resolver does it; the syscall tells)',
    hints: ['Is it fast or slow?', 'Which address and port stand in the message?'],
  },
})
