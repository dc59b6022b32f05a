import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'One more intermediate than the authority allows',
  break: tls.pathLength(),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'PATH_LENGTH_EXCEEDED',
    message: /path length constraint exceeded/,
  }),
  lesson: {
    story: "A department runs its own authority below the company's, and nobody accepts what it issues.",
    why: 'The authority above said: no further authority below me (pathlen 0). One follows all the same.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /path length constraint exceeded/,
    looksLike: 'chain-too-long (a limit of the client), ca-false (no authority at all)',
    hints: ['How many certificates are sent?', 'Which of them has a pathlen?'],
  },
})
