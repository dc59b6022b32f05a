import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate starts in 30 days',
  break: tls.notYetValid({ which: 'leaf', daysUntil: 30 }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'CERT_NOT_YET_VALID',
    message: /certificate is not yet valid/,
  }),
  lesson: {
    story: 'A new certificate was installed in good time. Now every call fails.',
    why: 'Before its first day a certificate is as useless as after its last one.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -dates',
    clue: /certificate is not yet valid/,
    looksLike:
      'expired-cert (CERT_HAS_EXPIRED; a clock that is behind gives this code, on that machine only)',
    hints: ['What is the first day of the certificate?', 'What does `date` say on the client?'],
  },
})
