import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate was revoked, and the server staples the proof',
  break: tls.revoked(),
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'The key was stolen, the certificate revoked. Every call still works.',
    why: 'The OCSP answer saying "revoked" came along with the handshake. These clients never ask for it: nothing fails.',
    seeIt: 'curl -sS --cert-status https://api.example.test/users',
    clue: /revocation reason: keyCompromise/,
    looksLike:
      'must-staple-missing (the proof is missing, and nobody minds either), revoked-crl, revoked-staple (who asks)',
    hints: ['Which client looks at revocation?', 'What does the stapled answer say?'],
  },
})
