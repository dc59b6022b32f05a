import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate is for clients only (clientAuth)',
  break: tls.wrongEku({ which: 'leaf' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'INVALID_PURPOSE',
    message: /unsuitable certificate purpose/,
  }),
  lesson: {
    story:
      'The service uses its mTLS client certificate as server certificate too. Callers say INVALID_PURPOSE.',
    why: 'The certificate may prove who a client is, not who a server is: serverAuth is missing.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -purpose',
    clue: /^SSL server : No/m,
    looksLike: 'ca-false (the same words in Node; curl says "invalid CA certificate")',
    hints: ['What is the certificate for?', 'Which extended key usages does it list?'],
  },
})
