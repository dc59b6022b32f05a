import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate expired 30 days ago',
  break: tls.expired({ which: 'leaf', daysAgo: 30 }),
  expect: {
    fetch: { name: 'TypeError', code: 'CERT_HAS_EXPIRED', message: /certificate has expired/ },
    https: { name: 'Error', code: 'CERT_HAS_EXPIRED', message: /certificate has expired/ },
    curl: { exit: 60, message: /certificate has expired/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /certificate has expired/ },
    requests: { name: 'SSLError', message: /certificate has expired/ },
  },
  lesson: {
    story: 'Orders stopped at midnight. The server is up, and its log shows no request.',
    why: 'TCP works and the API is healthy; the client reads the end date of the certificate and ends the call.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -dates',
    clue: /certificate has expired/,
    looksLike:
      'not-yet-valid (CERT_NOT_YET_VALID; also what a wrong clock of yours makes of it), expired-intermediate (the same code)',
    hints: ['Does any request reach the API?', 'Which dates does the served certificate carry?'],
  },
})
