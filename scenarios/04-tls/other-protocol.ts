import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'A mail server listens on the port',
  break: tls.otherProtocol({ speaks: 'smtp' }),
  expect: handshakeFails.inOpenssl({
    code: 'WRONG_VERSION_NUMBER',
    message: /wrong version number/,
  }),
  lesson: {
    story: 'The port forwarding was changed. Since then: "wrong version number".',
    why: 'Another service listens there. Its greeting is read as a TLS record.',
    seeIt: 'openssl s_client -debug -connect api.example.test:443 </dev/null',
    clue: /32 32 30 20/,
    looksLike: 'plain-http-on-tls-port (the same words: look at the bytes)',
    hints: ['What does the port say by itself?', 'Which service is behind the port?'],
  },
})
