import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The first two DNS questions are lost',
  break: dns.flapping({ name: 'api.example.test', how: 'no-answer', when: { times: 2 } }),
  expect: {
    all: { status: 200, tookMs: [900, 2_500] },
  },
  portable: {
    all: { status: 200, tookMs: [250, 2_000] },
  },
  lesson: {
    story: 'Now and then a call takes exactly one second longer.',
    why: 'A lost question costs the wait until the operating system asks again: 5 s by default, 1 s here. No error ever appears.',
    seeIt: 'for try in 1 2 3; do dig +tries=1 +timeout=1 +short api.example.test; done',
    clue: /timed out[\s\S]*timed out[\s\S]*\n[\d.]+$/m,
    looksLike: 'slow-answer (late, but nothing is asked twice), packet-loss',
    hints: ['Is the delay always the same?', 'Count the questions in a packet capture.'],
  },
})
