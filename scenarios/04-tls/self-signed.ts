import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate is signed by itself',
  break: tls.selfSigned(),
  expect: {
    fetch: { name: 'TypeError', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: /^self-signed certificate;/ },
    https: { name: 'Error', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: /^self-signed certificate;/ },
    curl: { exit: 60, message: /self-signed certificate$/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /self-signed certificate \(/ },
    requests: { name: 'SSLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /self-signed certificate \(/ },
  },
  lesson: {
    story: 'It works with `curl -k`, and with nothing else.',
    why: 'Nobody the client trusts vouches for the certificate. Give the client this one to trust, or get one from an authority.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -issuer -subject',
    clue: /self-signed certificate/,
    looksLike: 'untrusted-root (SELF_SIGNED_CERT_IN_CHAIN: a whole chain to an unknown root)',
    hints: ['Are issuer and subject the same?', 'How many certificates are sent?'],
  },
})
