import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: "The connection ends (FIN) in the midst of the server's answer",
  break: tls.cutInHandshake({ how: 'end', at: 'flight', flightBytes: 700 }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /socket disconnected before secure TLS/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /socket disconnected before secure TLS/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL/ },
    python: { name: 'URLError', message: /connection has been closed \(EOF\)/ },
    requests: { name: 'SSLError', message: /connection has been closed \(EOF\)/ },
  },
  lesson: {
    story: 'The server restarts, and a few calls fail with ECONNRESET before they send anything.',
    why: 'The server went away while it sent its certificate. To the client that is the same as a server that never answered.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /unexpected eof while reading/,
    looksLike: 'cut-in-handshake (no byte of the answer came), reset-in-handshake (a RST)',
    hints: ['How many bytes came from the server?', 'Did the certificate arrive whole?'],
  },
})
