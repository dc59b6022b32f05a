import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: "The app's client certificate is of the wrong authority (TLS 1.3)",
  break: tls.clientCertWrong({ shows: 'other-authority' }),
  call: { clientCertificate: true, tlsVersion: 'TLSv1.3' },
  expect: {
    fetch: { name: 'TypeError', code: 'UND_ERR_SOCKET', message: /^other side closed$/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /^socket hang up$/ },
    curl: { exit: 52, message: /Empty reply from server/ },
    python: { name: 'RemoteDisconnected', message: /Remote end closed connection without response/ },
    requests: { name: 'ConnectionError', message: /Remote end closed connection without response/ },
  },
  lesson: {
    story: '"socket hang up" at every call, though the connection was secured.',
    why: "The server found the client's certificate wrong and hung up without a word. The client thought the handshake done.",
    seeIt: 'npm run scenario client-cert-wrong',
    clue: /curl +exit 52: Empty reply from server/,
    looksLike: 'client-cert-required (curl names it), closed-before-request (no certificate was asked for)',
    hints: ['Did the gateway see a request?', 'Who issued the client certificate?'],
  },
})
