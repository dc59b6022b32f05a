import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate is for *.test',
  break: tls.wildcardTooWide({ name: '*.test' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: /is not in the cert's altnames: DNS:\*\.test/,
    },
    https: {
      name: 'Error',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: /is not in the cert's altnames: DNS:\*\.test/,
    },
    curl: { exit: 60, message: /no alternative certificate subject name matches/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /Hostname mismatch/ },
    requests: { name: 'SSLError', message: /doesn't match '\*\.test'/ },
  },
  lesson: {
    story: 'The certificate is for `*.test`, the host ends in `.test`, and it does not count.',
    why: '`*` stands for exactly one label: `*.test` covers example.test, and nothing below it.',
    seeIt:
      'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -ext subjectAltName',
    clue: /^ +DNS:\*\.test$/m,
    looksLike: 'wrong-host (the same code, other names)',
    hints: ['How many labels does the host have?', 'Which labels does the star cover?'],
  },
})
