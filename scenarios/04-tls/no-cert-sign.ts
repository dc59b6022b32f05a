import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The key of the intermediate may not sign certificates',
  break: tls.noCertSign(),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'UNSPECIFIED',
      message: /key usage does not include certificate signing/,
    },
    https: { name: 'Error', code: 'UNSPECIFIED', message: /key usage does not include certificate signing/ },
    curl: { exit: 60, message: /invalid CA certificate/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /invalid CA certificate/ },
    requests: { name: 'SSLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /invalid CA certificate/ },
  },
  lesson: {
    story: 'The private authority was set up by hand; Node says UNSPECIFIED.',
    why: 'It is an authority, but its key usage lacks "Certificate Sign". Node names it, curl only says "invalid CA certificate".',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    looksLike: 'ca-false (the same words in curl; INVALID_PURPOSE in Node)',
    hints: ['What does the message behind UNSPECIFIED say?', 'Which key usages has the issuer?'],
  },
})
