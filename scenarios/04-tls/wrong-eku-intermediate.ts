import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate may vouch for clients only (clientAuth)',
  break: tls.wrongEku({ which: 'intermediate' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'INVALID_PURPOSE',
    message: /unsuitable certificate purpose/,
  }),
  lesson: {
    story: 'The certificate says serverAuth, and clients say that its purpose is unsuitable.',
    why: 'The authority above it may vouch for clients only. A purpose has to be allowed by every certificate below the root.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /unsuitable certificate purpose/,
    looksLike: 'wrong-eku (the same words, on the leaf), ca-false (Node says the same)',
    hints: ['What may the intermediate vouch for?', 'Was the certificate ordered from the right authority?'],
  },
})
