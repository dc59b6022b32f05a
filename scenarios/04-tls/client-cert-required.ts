import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server wants a client certificate (TLS 1.3), the app has none',
  break: tls.clientCertRequired({ tlsVersion: 'TLSv1.3' }),
  expect: {
    fetch: { name: 'TypeError', code: 'UND_ERR_SOCKET', message: /^other side closed$/ },
    https: {
      name: 'Error',
      code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      message: /tlsv13 alert certificate required/,
    },
    curl: { exit: 56, message: /tlsv13 alert certificate required/ },
    python: {
      name: 'SSLError',
      code: 'TLSV13_ALERT_CERTIFICATE_REQUIRED',
      message: /tlsv13 alert certificate required/,
    },
    requests: {
      name: 'SSLError',
      code: 'TLSV13_ALERT_CERTIFICATE_REQUIRED',
      message: /tlsv13 alert certificate required/,
    },
  },
  lesson: {
    story: 'fetch says "other side closed". The network is fine.',
    why: 'mTLS: the server wants to know who calls. In TLS 1.3 it refuses after the handshake, so fetch loses the reason.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /alert certificate required/,
    looksLike: 'client-cert-wrong (no reason at all), closed-before-request (no certificate was asked for)',
    hints: ['What does curl say?', 'Which certificate did the server ask for?'],
  },
})
