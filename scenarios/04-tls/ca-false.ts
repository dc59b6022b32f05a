import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate may not sign certificates: CA:FALSE',
  break: tls.caFalse(),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'INVALID_PURPOSE',
    nodeMessage: /unsuitable certificate purpose/,
    message: /invalid CA certificate/,
  }),
  lesson: {
    story: 'Somebody issued a certificate with a certificate that was never an authority.',
    why: 'If that were allowed, the owner of any host could vouch for every host. The intermediate says CA:FALSE.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /invalid CA certificate/,
    looksLike: 'wrong-eku (the same words in Node; curl tells them apart), no-cert-sign',
    hints: ['What does curl say?', 'What are the basic constraints of the issuer?'],
  },
})
