import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate carries an RSA key of 1024 bits',
  break: tls.weakKey({ which: 'leaf' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /EE certificate key too weak/,
  }),
  lesson: {
    story: 'An old internal service fails with UNSPECIFIED since the app runs on a new Node.',
    why: 'A 1024-bit key can be broken, so OpenSSL refuses it. Node 20 took it, Node 24 does not.',
    seeIt:
      "openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -text | grep 'Public-Key'",
    clue: /1024 bit/,
    looksLike: 'weak-key-intermediate ("CA certificate key too weak"), sha1-signature',
    hints: ['What does the message say?', 'How long is the key?'],
  },
})
