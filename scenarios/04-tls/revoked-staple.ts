import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate was revoked, and the app asks for the stapled proof',
  break: tls.revoked(),
  call: { revocationChecking: 'ocsp-stapling' },
  expect: {
    curl: { exit: 91, message: /revocation reason: keyCompromise/ },
  },
  lesson: {
    story: 'With --cert-status curl refuses what it took a minute ago. Without it all is well.',
    why: 'The chain is valid and the dates are right. The response that the server staples is signed by the authority, and says: revoked, the key was stolen.',
    seeIt: 'openssl s_client -connect api.example.test:443 -status </dev/null',
    clue: /Cert Status: revoked/,
    looksLike: 'must-staple-missing-checked (no response at all, the same exit code)',
    hints: ['What does the stapled response say?', 'Since when, and for what reason?'],
  },
})
