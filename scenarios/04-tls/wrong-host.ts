import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate is for other.example.test',
  break: tls.wrongHost({ name: 'other.example.test' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: /is not in the cert's altnames: DNS:other/,
    },
    https: {
      name: 'Error',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: /is not in the cert's altnames: DNS:other/,
    },
    curl: { exit: 60, message: /no alternative certificate subject name matches/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /Hostname mismatch/ },
    requests: { name: 'SSLError', message: /doesn't match 'other/ },
    chromium: { name: 'TypeError', code: 'ERR_CERT_COMMON_NAME_INVALID', message: /^Failed to fetch$/ },
  },
  lesson: {
    story: 'After a move to a new load balancer every call fails; with verification off it works.',
    why: 'Chain and dates are fine, but the certificate names another host: it may be anybody.',
    seeIt:
      'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -ext subjectAltName',
    clue: /^ +DNS:other\.example\.test$/m,
    looksLike: 'unrecognized-name (an alert, no certificate), wildcard-too-wide (the same code)',
    hints: ['Which names does the certificate carry?', 'Which name does the app call?'],
  },
})
