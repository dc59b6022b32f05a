import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The record has changed, and an open connection does not notice',
  break: dns.ttlStale({ name: 'api.example.test', address: '127.0.0.254' }),
  call: { connection: 'warm' },
  expect: {
    fetch: { status: 200, tookMs: [0, 2_000] },
    https: { status: 200, tookMs: [0, 2_000] },
  },
  lesson: {
    story: 'You moved the API an hour ago. The old machine still gets calls.',
    why: 'A name is looked up when a connection is opened, never again. Busy connections live for days.',
    seeIt: 'dig +short api.example.test',
    clue: /^127\.0\.0\.254$/m,
    looksLike: 'wrong-address (also what new lookups find)',
    hints: ['How old are the connections?', 'Does a restarted client go elsewhere?'],
  },
})
