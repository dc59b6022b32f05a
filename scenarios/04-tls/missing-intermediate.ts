import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server sends its certificate without the intermediate',
  break: tls.missingIntermediate(),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    nodeMessage: /unable to verify the first certificate/,
    message: /unable to get local issuer certificate/,
  }),
  lesson: {
    story: 'It works in the browser. curl and Node refuse.',
    why: 'The server sent only its own certificate. Browsers remember or fetch the missing link; others cannot. Install the full chain.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /unable to verify the first certificate/,
    looksLike: 'untrusted-root-not-sent (the same words in curl, but the chain is whole)',
    hints: ['How many certificates does the server send?', 'Who issued the first one?'],
  },
})
