import { scenario, tls } from '#sandbox/tls'

// The server closes: with a FIN, or with a RST where the request has arrived by then.
const because = 'the request races with the server, which closes the connection without reading it'

export default scenario({
  title: "The app's client certificate is of the wrong authority (TLS 1.3)",
  break: tls.clientCertWrong({ shows: 'other-authority' }),
  call: { clientCertificate: true, tlsVersion: 'TLSv1.3' },
  expect: {
    fetch: {
      oneOf: [
        { name: 'TypeError', code: 'UND_ERR_SOCKET', message: /^other side closed$/ },
        { name: 'TypeError', code: 'ECONNRESET', syscall: 'read' },
      ],
      because,
    },
    https: {
      oneOf: [
        { name: 'Error', code: 'ECONNRESET', message: /^socket hang up$/ },
        { name: 'Error', code: 'ECONNRESET', syscall: 'read', message: /^read ECONNRESET$/ },
      ],
      because,
    },
    curl: {
      oneOf: [
        { exit: 52, message: /Empty reply from server/ },
        { exit: 56, message: /Connection reset by peer/ },
      ],
      because,
    },
    python: { oneOf: [{ name: 'RemoteDisconnected' }, { name: 'ConnectionResetError' }], because },
    requests: {
      oneOf: [
        { name: 'ConnectionError', message: /Remote end closed connection without response/ },
        { name: 'ConnectionError', message: /Connection reset by peer/ },
      ],
      because,
    },
  },
  lesson: {
    story: '"socket hang up" at every call, though the connection was secured.',
    why: "The server found the client's certificate wrong and hung up without a word. The client thought the handshake done.",
    seeIt: 'curl -v https://api.example.test/users',
    looksLike: 'client-cert-required (curl names it), an API that closes early (then it saw the request)',
    hints: ['Did the gateway see a request?', 'Who issued the client certificate?'],
  },
})
