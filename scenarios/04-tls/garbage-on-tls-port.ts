import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'Bytes of no protocol come from the port',
  break: tls.otherProtocol({ speaks: 'garbage' }),
  expect: handshakeFails.inOpenssl({
    code: 'WRONG_VERSION_NUMBER',
    message: /wrong version number/,
  }),
  lesson: {
    story: 'A firmware update of the load balancer. Since then: "wrong version number".',
    why: 'Whatever is no TLS record is read as one of an unheard-of version. The words say nothing about the protocol.',
    seeIt: 'openssl s_client -debug -connect api.example.test:443 </dev/null',
    clue: /0000 - ff 00 fe 01/,
    looksLike: 'other-protocol, plain-http-on-tls-port (the same words: look at the bytes)',
    hints: ['What does the port say by itself?', 'Which bytes come first?'],
  },
})
