import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate in the middle of the chain expired 10 days ago',
  break: tls.expired({ which: 'intermediate', daysAgo: 10 }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'CERT_HAS_EXPIRED',
    message: /certificate has expired/,
  }),
  lesson: {
    story: 'CERT_HAS_EXPIRED, yet the certificate you look at is valid for months.',
    why: 'Every certificate of the chain must be valid. The one between yours and the root has ended; renewing only yours changes nothing.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /depth=1 [^\n]*\n[^\n]*certificate has expired/,
    looksLike: 'expired-cert (the same words: only the dates of each certificate tell), expired-root',
    hints: ['Which certificate of the chain has ended?', 'Does the server still send the old chain file?'],
  },
})
