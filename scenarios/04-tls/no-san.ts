import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate names nothing at all',
  break: tls.noSan({ commonName: 'none' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: /Cert does not contain a DNS name/,
    },
    https: {
      name: 'Error',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: /Cert does not contain a DNS name/,
    },
    curl: { exit: 60, message: /unable to obtain common name/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /Hostname mismatch/ },
    requests: { name: 'SSLError', message: /no appropriate commonName or subjectAltName/ },
  },
  lesson: {
    story: 'A certificate made by hand: every client refuses it, each in its own words.',
    why: 'No subject alternative name and no common name: nothing says for whom the certificate is.',
    seeIt:
      'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName',
    clue: /^subject=\s*$/m,
    looksLike: 'common-name-only (200 here, refused by browsers)',
    hints: ['Which names does the certificate carry?', 'Which extension is missing?'],
  },
})
