import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server picks a TLS version the client did not offer',
  break: tls.versionMismatch(),
  expect: handshakeFails.inOpenssl({
    code: 'UNSUPPORTED_PROTOCOL',
    message: /unsupported protocol/,
  }),
  lesson: {
    story: 'An appliance from long ago: "unsupported protocol".',
    why: 'Client and server share no version of TLS. The server chose one that the client has unlearned.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /unsupported protocol/,
    looksLike:
      'old-version (the server refuses first), plain-http-on-tls-port ("wrong version number": no TLS at all)',
    hints: ['Which versions does the server speak?', 'Which does the client offer?'],
  },
})
