import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate carries a critical extension no client knows',
  break: tls.unknownCriticalExtension({ which: 'intermediate' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /unhandled critical extension/,
  }),
  lesson: {
    story: 'Every certificate of one authority is refused, whatever it says.',
    why: 'The critical extension is in the intermediate. Who does not understand it must refuse all that it signs.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /unhandled critical extension/,
    looksLike: 'unknown-critical-extension (the same words, on the leaf)',
    hints: [
      'Are all certificates of the authority refused?',
      'Which extensions of the intermediate are critical?',
    ],
  },
})
