import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The key of the intermediate may not sign certificates',
  break: tls.noCertSign(),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    nodeMessage: /key usage does not include certificate signing/,
    message: /invalid CA certificate/,
  }),
  lesson: {
    story: 'The private authority was set up by hand; Node says UNSPECIFIED.',
    why: 'It is an authority, but its key usage lacks "Certificate Sign". Node names it, curl only says "invalid CA certificate".',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /key usage does not include certificate signing/,
    looksLike: 'ca-false (the same words in curl; INVALID_PURPOSE in Node)',
    hints: ['What does the message behind UNSPECIFIED say?', 'Which key usages has the issuer?'],
  },
})
