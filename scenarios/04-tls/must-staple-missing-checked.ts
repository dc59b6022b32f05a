import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate promises a stapled OCSP response, none is sent, and the app asks',
  break: tls.mustStapleMissing(),
  call: { revocationChecking: 'ocsp-stapling' },
  expect: {
    curl: { exit: 91, message: /No OCSP response received/ },
  },
  lesson: {
    story:
      'After the web server was moved, one strict client refuses it. The certificate is the same kind as before.',
    why: 'That client wants fresh proof that the certificate was not revoked, and stapling was not switched on again.',
    seeIt: 'openssl s_client -connect api.example.test:443 -status </dev/null',
    clue: /OCSP response: no response sent/,
    looksLike: 'revoked-staple (a response that says revoked, the same exit code)',
    hints: ['Is there a response at all?', 'Is OCSP stapling switched on?'],
  },
})
