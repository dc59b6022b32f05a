import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'An SSH server listens on the port',
  break: tls.otherProtocol({ speaks: 'ssh' }),
  expect: handshakeFails.inOpenssl({
    code: 'WRONG_VERSION_NUMBER',
    message: /wrong version number/,
  }),
  lesson: {
    story: 'The tunnel was set up the wrong way round. Since then: "wrong version number".',
    why: 'Whatever is no TLS record is read as one of an unheard-of version. The words say nothing about the protocol.',
    seeIt: 'openssl s_client -debug -connect api.example.test:443 </dev/null',
    clue: /53 53 48 2d/,
    looksLike: 'other-protocol, plain-http-on-tls-port (the same words: look at the bytes)',
    hints: ['What does the port say by itself?', 'Which bytes come first?'],
  },
})
