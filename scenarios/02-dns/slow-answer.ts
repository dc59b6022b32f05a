import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver answers half a second late',
  break: dns.slowAnswer({ name: 'api.example.test', delayMs: 500 }),
  expect: {
    all: { status: 200, tookMs: [480, 2_500] },
  },
  portable: {
    all: {
      oneOf: [
        { status: 200, tookMs: [480, 2_500] },
        { code: 'ETIMEOUT', syscall: 'queryA' },
      ],
      because:
        'c-ares asks again after 0.3 s, from another port, and on a busy machine gives up just before the answer',
    },
  },
  lesson: {
    story: 'The first call is slow, every further one on the same connection is fast.',
    why: 'Each new connection waits for the look-up. No byte of the API was late.',
    seeIt: "dig api.example.test | grep 'Query time'",
    clue: /Query time: [5-9]\d\d msec/,
    looksLike: 'latency (slow on every connection), slow-query (the lookup is fast)',
    hints: ['Are calls on an open connection fast?', 'Where does curl --write-out spend its time?'],
  },
})
