import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The root itself expired 30 days ago',
  break: tls.expired({ which: 'root' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'CERT_HAS_EXPIRED',
    message: /certificate has expired/,
  }),
  lesson: {
    story: 'Old devices fail from one day on. The server was not touched, and its certificate is fine.',
    why: "The root in the client's own store has ended. A newer store, or a chain to another root, repairs it.",
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /depth=2 CN = Faultpath Retired Root\n[^\n]*certificate has expired/,
    looksLike:
      'expired-cert, expired-intermediate (the same words, but there a served certificate has ended)',
    hints: ['Do all served certificates have good dates?', 'When was the trust store updated?'],
  },
})
