import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server signs with another key than its certificate has',
  break: tls.keyMismatch(),
  expect: handshakeFails.inOpenssl({
    code: 'BAD_SIGNATURE',
    fetchCode: 'ERR_SSL_PROVIDER_SIGNATURE_FAILURE',
    nodeMessage: /provider signature failure/,
    message: /bad signature/,
  }),
  lesson: {
    story:
      'The certificate was renewed, the key file forgotten. Most servers refuse to start so; this one did not.',
    why: 'The server must prove that it owns the key in its certificate, and it cannot.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /tls_process_key_exchange:bad signature/,
    looksLike: 'bad-signature (the certificate itself is damaged)',
    hints: ['Which file was renewed, and which was not?', 'Do certificate and key have the same public key?'],
  },
})
