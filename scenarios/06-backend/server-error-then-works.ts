import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The route throws twice, then works: an app that tries again never tells',
  break: backend.throws({ route: '/users', when: { times: 2 } }),
  call: { retries: 2 },
  expect: {
    all: { status: 200, attempts: 3 },
  },
  lesson: {
    story: 'The error rate of the API is high. No user has complained.',
    why: 'A 500 tells that the server failed, not whether it did the work first. For a GET that is no matter.',
    seeIt:
      "for try in 1 2 3; do curl -so /dev/null -w '%{http_code}\\n' https://api.example.test/users; done",
    clue: /500\n500\n200/,
    looksLike: 'server-error (it never works), cut-then-works (the work was done each time)',
    hints: ['How many requests did the API see?', 'Would you try a POST again after a 500?'],
  },
})
