import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate starts in 30 days',
  break: tls.notYetValid({ which: 'intermediate', daysUntil: 30 }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'CERT_NOT_YET_VALID',
    message: /certificate is not yet valid/,
  }),
  lesson: {
    story: 'The dates of the certificate are fine, and clients say that it is not yet valid.',
    why: 'The authority sent its next intermediate too early: every certificate of the chain must be in its time.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /depth=1 [^\n]*\n[^\n]*certificate is not yet valid/,
    looksLike: 'not-yet-valid (the same words, on the leaf)',
    hints: ['When does each certificate of the chain start?', 'Which one did the last change bring?'],
  },
})
