import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate promises a stapled OCSP answer, and none is sent',
  break: tls.mustStapleMissing(),
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'Firefox shows an error. Everything else works, and nobody believes it.',
    why: 'The certificate says: trust me only with fresh proof that I am not revoked. Most clients never look.',
    seeIt: 'curl -sS --cert-status https://api.example.test/users',
    clue: /No OCSP response received/,
    looksLike: 'revoked (a revocation nobody asks about), must-staple-missing-checked (who asks)',
    hints: ['Which client fails, which does not?', 'Was OCSP stapling switched off?'],
  },
})
