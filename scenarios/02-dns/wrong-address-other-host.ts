import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: "The API host name points to somebody else's host",
  break: dns.wrongAddressOtherHost(),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: /DNS:other\.example\.test/ },
    https: { name: 'Error', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: /DNS:other\.example\.test/ },
    curl: { exit: 60, message: /no alternative certificate subject name matches/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /Hostname mismatch/ },
    requests: { name: 'SSLError', message: /doesn't match|Hostname mismatch/ },
  },
  lesson: {
    story: 'Since the old machine was given back, its address shows a certificate of a stranger.',
    why: 'The record still names that address, and somebody else lives there now. TLS saved you.',
    seeIt: 'dig +short api.example.test',
    clue: /^127\.0\.2\.1$/m,
    looksLike: 'wrong-host (the same error from the right address), wrong-address (nobody there: refused)',
    hints: ['Which names are in the certificate?', 'Is the address one of yours?'],
  },
})
