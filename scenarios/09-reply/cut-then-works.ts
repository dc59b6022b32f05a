import { reply, scenario } from '#sandbox/reply'

export default scenario({
  title: 'Two replies break off (RST), the third is whole',
  break: reply.cutBody({ how: 'reset', afterBytes: 20, when: { times: 2 } }),
  call: { retries: 2 },
  expect: {
    all: { status: 200, attempts: 3 },
    // It never compares the length that was promised with what came: to it, this was a success.
    requests: { status: 200, attempts: 1, body: '{"users":[{"id":1,"n' },
  },
  lesson: {
    story: 'The API did its work three times for one call.',
    why: 'The reply was lost, not the request: the server had answered each time. Trying again is safe for a GET only.',
    seeIt: 'for try in 1 2 3; do curl -sS https://api.example.test/users; done',
    clue: /reset by peer[\s\S]*reset by peer[\s\S]*\]}/,
    looksLike: 'cut-body (it never works), reset-then-works (no request was sent)',
    hints: ['How many requests did the API see?', 'Would you try a POST again?'],
  },
})
