import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The client seems to have ended its direction before it said anything',
  break: network.halfClosed({ from: 'client' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL|unexpected eof/ },
    python: { name: 'URLError', message: /closed \(EOF\)|EOF occurred/ },
    requests: { name: 'SSLError', message: /closed \(EOF\)|EOF occurred/ },
  },
  lesson: {
    story: 'The server logs connections without a single byte; the clients say that the server hung up.',
    why: 'A middlebox sent a FIN in the name of the client. The server saw a client that left, and left too.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Client hello[\s\S]*SSL_ERROR_SYSCALL/,
    looksLike:
      'closed-on-connect (the server never saw a connection), half-closed (in the name of the server)',
    hints: ['Who sent the first FIN, according to each side?'],
  },
})
