import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'Client and server have no cipher in common',
  break: tls.noSharedCipher({ tlsVersion: 'TLSv1.2' }),
  expect: handshakeFails.inOpenssl({
    code: 'SSLV3_ALERT_HANDSHAKE_FAILURE',
    fetchCode: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    message: /alert handshake failure/,
  }),
  lesson: {
    story: 'The security team switched ciphers off. Some clients say "handshake failure" since.',
    why: "The server found nothing in the client's list that it may use, and says no more than that.",
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /alert handshake failure/,
    looksLike: 'client-cert-required-tls12 (the same alert), old-version ("protocol version")',
    hints: ['Which ciphers does each side allow?', 'Does the server ask for a client certificate?'],
  },
})
