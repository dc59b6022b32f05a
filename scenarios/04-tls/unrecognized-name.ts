import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server does not know the host the client asks for',
  break: tls.unrecognizedName(),
  expect: handshakeFails.inOpenssl({
    code: 'TLSV1_UNRECOGNIZED_NAME',
    message: /tlsv1 unrecognized name/,
  }),
  lesson: {
    story: 'The name was moved to another server, which has never heard of it.',
    why: 'The client names the host in its ClientHello (SNI). The server has no such host and says so.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /alert unrecognized name|unrecognized name/,
    looksLike: 'wrong-host (a certificate of another host is sent), alert',
    hints: ['Which server does the name lead to?', 'Which hosts does that server know?'],
  },
})
