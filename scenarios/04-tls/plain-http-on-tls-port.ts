import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'HTTP without TLS is spoken on the TLS port',
  break: tls.plainHttpOnTlsPort(),
  expect: handshakeFails.inOpenssl({
    code: 'WRONG_VERSION_NUMBER',
    message: /wrong version number/,
  }),
  lesson: {
    story: '"wrong version number": somebody updates OpenSSL, which does not help.',
    why: 'The server answered in plain HTTP. The client reads the letters as a TLS version. Scheme or port is wrong.',
    seeIt: 'openssl s_client -debug -connect api.example.test:443 </dev/null',
    clue: /48 54 54 50 2f/,
    looksLike: 'other-protocol (the same words), version-mismatch ("unsupported protocol")',
    hints: ['Which five bytes came first?', 'http or https: what does the URL say?'],
  },
})
