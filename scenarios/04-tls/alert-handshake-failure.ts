import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server refuses the handshake with an alert: handshake_failure',
  break: tls.alert({ description: 'handshake_failure' }),
  expect: handshakeFails.inOpenssl({
    code: 'SSLV3_ALERT_HANDSHAKE_FAILURE',
    fetchCode: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    message: /alert handshake failure/,
  }),
  lesson: {
    story: '"handshake failure": no more than that, from a server that nobody here owns.',
    why: 'The word for everything: no shared cipher, a missing client certificate, or a rule of the server. Only its log knows.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /alert handshake failure/,
    looksLike: 'no-shared-cipher, client-cert-required-tls12 (the same alert)',
    hints: ['What does the log of the server say?', 'Does another client get through?'],
  },
})
