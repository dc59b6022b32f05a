import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate carries a critical extension no client knows',
  break: tls.unknownCriticalExtension({ which: 'leaf' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /unhandled critical extension/,
  }),
  lesson: {
    story: 'A certificate from a special-purpose authority works with its own tools only.',
    why: 'Critical means: who does not understand it must refuse. No ordinary client understands this one.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -text',
    clue: /2\.5\.29\.999: critical/,
    looksLike: 'sha1-signature, weak-key, name-constraint (all UNSPECIFIED in Node: read the message)',
    hints: ['What does the message behind UNSPECIFIED say?', 'Which extensions are marked critical?'],
  },
})
