import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate names an IP address and no host',
  break: tls.ipSanOnly(),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: /is not cert's CN: 127/ },
    https: { name: 'Error', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: /is not cert's CN: 127/ },
    curl: { exit: 60, message: /no alternative certificate subject name matches/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /Hostname mismatch/ },
    requests: { name: 'SSLError', message: /doesn't match '127/ },
  },
  lesson: {
    story: 'Calling by address works, calling by name does not.',
    why: 'A name is compared with the names in the certificate, never with its addresses, wherever the name leads.',
    seeIt:
      'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -ext subjectAltName',
    clue: /^ +IP Address:127\.0\.0\.1$/m,
    looksLike: 'wrong-host (the same code, but other names are listed)',
    hints: ['Does the certificate carry any DNS name?', 'What was it made for?'],
  },
})
