import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: "The app's client certificate is of the wrong authority (TLS 1.2)",
  break: tls.clientCertWrong({ shows: 'other-authority' }),
  call: { clientCertificate: true, tlsVersion: 'TLSv1.2' },
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /socket disconnected before secure TLS/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /socket disconnected before secure TLS/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL/ },
    python: { name: 'URLError', message: /connection has been closed \(EOF\)/ },
    requests: { name: 'SSLError', message: /connection has been closed \(EOF\)/ },
  },
  lesson: {
    story: 'ECONNRESET before any request, and only with this partner.',
    why: "The server found the client's certificate wrong and hung up within the handshake, without an alert.",
    seeIt: 'npm run scenario client-cert-wrong-tls12',
    clue: /curl +exit 35: OpenSSL SSL_connect: SSL_ERROR_SYSCALL/,
    looksLike: 'cut-in-handshake (the same words; there no certificate was asked for)',
    hints: ['Does the server ask for a client certificate?', 'Who issued the one you send?'],
  },
})
