import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate is signed over SHA-1',
  break: tls.sha1Signature({ which: 'intermediate' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /CA signature digest algorithm too weak/,
  }),
  lesson: {
    story: 'A new certificate, signed over SHA-256, is refused for its SHA-1.',
    why: 'The authority above it was signed long ago: every signature of the chain counts, but for that of the root.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /CA signature digest algorithm too weak/,
    looksLike:
      'sha1-signature (the same words, on the leaf), weak-key-intermediate ("CA certificate key too weak")',
    hints: ['Which certificate of the chain is the old one?', 'With which hash was each signed?'],
  },
})
