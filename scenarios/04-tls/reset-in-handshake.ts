import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The connection is reset (RST) in the midst of the handshake',
  break: tls.cutInHandshake({ how: 'reset', at: 'flight' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', syscall: 'read', message: /^read ECONNRESET$/ },
    https: { name: 'Error', code: 'ECONNRESET', syscall: 'read', message: /^read ECONNRESET$/ },
    curl: { exit: 35, message: /Recv failure: Connection reset by peer/ },
    python: { name: 'URLError', code: 'ECONNRESET', message: /Connection reset by peer/ },
    requests: { name: 'ConnectionError', code: 'ECONNRESET', message: /Connection reset by peer/ },
  },
  lesson: {
    story: 'Calls fail with "read ECONNRESET" before any request is sent.',
    why: "A reset arrived in the middle of the server's answer: a firewall that dislikes the name, or a crash.",
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Client hello[\s\S]*Connection reset by peer/,
    looksLike:
      'cut-in-handshake (also ECONNRESET, but "socket disconnected before secure TLS"), reset-before-request (TLS was done)',
    hints: ['Was the request sent already?', 'Is it this host only?'],
  },
})
