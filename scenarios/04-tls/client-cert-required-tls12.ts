import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server wants a client certificate (TLS 1.2), the app has none',
  break: tls.clientCertRequired({ tlsVersion: 'TLSv1.2' }),
  expect: handshakeFails.inOpenssl({
    code: 'SSLV3_ALERT_HANDSHAKE_FAILURE',
    fetchCode: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    message: /alert handshake failure/,
  }),
  lesson: {
    story: '"handshake failure" at a partner that asks for client certificates.',
    why: 'mTLS over TLS 1.2: the server refuses within the handshake, and its alert does not say what is missing.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /Acceptable client certificate CA names\s+CN = Faultpath Client Root/,
    looksLike: 'no-shared-cipher (the same alert), client-cert-required (TLS 1.3 names it)',
    hints: ['Does the server list acceptable client authorities?', 'Does the app send a certificate?'],
  },
})
