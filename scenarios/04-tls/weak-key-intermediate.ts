import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate carries an RSA key of 1024 bits',
  break: tls.weakKey({ which: 'intermediate' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /CA certificate key too weak/,
  }),
  lesson: {
    story: 'The certificate was renewed with a strong key, and is refused as too weak.',
    why: 'Not your key is too weak but that of the authority which signed it: the whole chain counts.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /CA certificate key too weak/,
    looksLike: 'weak-key ("EE certificate key too weak": your own key)',
    hints: ['EE or CA: which one does the message name?', 'How long is the key of each certificate?'],
  },
})
