import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate was revoked, and the app checks the list',
  break: tls.revoked(),
  call: { revocationChecking: 'crl' },
  expect: {
    https: { name: 'Error', code: 'CERT_REVOKED', message: /^certificate revoked$/ },
    curl: { exit: 60, message: /certificate revoked/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /certificate revoked/ },
  },
  lesson: {
    story: 'The key was stolen, the certificate revoked. Only the job that was given the list stops calling.',
    why: 'Its serial number stands in the list of its authority. Who checks needs a list for each level, or the check itself fails (UNABLE_TO_GET_CRL).',
    seeIt: 'openssl s_client -connect api.example.test:443 -status </dev/null',
    clue: /Cert Status: revoked/,
    looksLike: 'revoked (the same server, nobody asks), expired-cert (the dates tell)',
    hints: ['Which serial number does the certificate carry?', 'Which are in the list?'],
  },
})
