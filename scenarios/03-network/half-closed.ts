import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The server seems to have ended its direction; the other still works',
  break: network.halfClosed({ from: 'server' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL|unexpected eof/ },
    python: { name: 'URLError', message: /closed \(EOF\)|EOF occurred/ },
    requests: { name: 'SSLError', message: /closed \(EOF\)|EOF occurred/ },
  },
  lesson: {
    story: 'The client gives up on a connection on which its own bytes still arrive.',
    why: 'A FIN ends one direction only. In a handshake that is enough: the other half never comes.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Client hello[\s\S]*SSL_ERROR_SYSCALL/,
    looksLike: 'closed-on-connect (both directions end; only the server can tell the two apart)',
    hints: ['Who ended which direction?', 'What did the server still receive?'],
  },
})
