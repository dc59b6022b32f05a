import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate is signed over SHA-1',
  break: tls.sha1Signature({ which: 'leaf' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /CA signature digest algorithm too weak/,
  }),
  lesson: {
    story: 'After the upgrade of the runtime the old appliance cannot be called any more.',
    why: 'SHA-1 signatures can be forged, so clients of today refuse them. Node gives no code, only the message tells.',
    seeIt:
      "openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -text | grep 'Signature Algorithm'",
    clue: /Signature Algorithm: ecdsa-with-SHA1$/m,
    looksLike: 'weak-key (the same code UNSPECIFIED; the message says "key too weak")',
    hints: ['What does the message behind UNSPECIFIED say?', 'With which hash was it signed?'],
  },
})
