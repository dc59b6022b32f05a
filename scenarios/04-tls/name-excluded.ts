import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The intermediate must not vouch for example.test',
  break: tls.nameConstraint({ how: 'excluded' }),
  expect: {
    fetch: { name: 'TypeError', code: 'UNSPECIFIED', message: /excluded subtree violation/ },
    https: { name: 'Error', code: 'UNSPECIFIED', message: /excluded subtree violation/ },
    curl: { exit: 60, message: /excluded subtree violation/ },
    python: { name: 'URLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /excluded subtree violation/ },
    requests: { name: 'SSLError', code: 'CERTIFICATE_VERIFY_FAILED', message: /excluded subtree violation/ },
  },
  lesson: {
    story: 'One domain fails, all others of the same authority work.',
    why: 'The authority was forbidden to vouch for this domain, and did.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    looksLike: 'name-constraint ("permitted subtree violation"), wrong-host',
    hints: ['Permitted or excluded: what does the message say?', 'Which domains does the authority exclude?'],
  },
})
