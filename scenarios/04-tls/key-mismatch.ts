import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server signs with another key than its certificate has',
  break: tls.keyMismatch(),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_SSL_PROVIDER_SIGNATURE_FAILURE',
      message: /provider signature failure/,
    },
    https: { name: 'Error', code: 'EPROTO', syscall: 'write', message: /provider signature failure/ },
    curl: { exit: 35, message: /bad signature/ },
    python: { name: 'URLError', code: 'BAD_SIGNATURE', message: /bad signature/ },
    requests: { name: 'SSLError', code: 'BAD_SIGNATURE', message: /bad signature/ },
  },
  lesson: {
    story:
      'The certificate was renewed, the key file forgotten. Most servers refuse to start so; this one did not.',
    why: 'The server must prove that it owns the key in its certificate, and it cannot.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    looksLike: 'bad-signature (the certificate itself is damaged)',
    hints: ['Which file was renewed, and which was not?', 'Do certificate and key have the same public key?'],
  },
})
