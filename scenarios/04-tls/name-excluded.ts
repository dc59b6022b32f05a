import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate must not vouch for example.test',
  break: tls.nameConstraint({ how: 'excluded' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /excluded subtree violation/,
  }),
  lesson: {
    story: 'One domain fails, all others of the same authority work.',
    why: 'The authority was forbidden to vouch for this domain, and did.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /excluded subtree violation/,
    looksLike: 'name-constraint ("permitted subtree violation"), wrong-host',
    hints: ['Permitted or excluded: what does the message say?', 'Which domains does the authority exclude?'],
  },
})
