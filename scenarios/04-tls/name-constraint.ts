import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate may vouch for other.test only',
  break: tls.nameConstraint({ how: 'permitted' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNSPECIFIED',
    message: /permitted subtree violation/,
  }),
  lesson: {
    story: "The company's authority issued a certificate for a new domain. Every client refuses.",
    why: 'The authority is limited to certain domains, and this host is in none of them.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /permitted subtree violation/,
    looksLike: 'name-excluded (forbidden by name), wrong-host (the certificate is for another host)',
    hints: ['Which names is the authority limited to?', 'What does the message behind UNSPECIFIED say?'],
  },
})
