import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The API ends in the middle of a request',
  break: backend.crash({ route: '/users' }),
  expect: {
    all: { status: 502, body: { error: 'bad_gateway' } },
  },
  lesson: {
    story: 'Now and then a call gets 502. The next one works, a little slower.',
    why: 'The process ended, and its connections with it. The gateway had asked, got no answer and said 502.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /502 Bad Gateway/,
    looksLike: 'server-error (500: the process lives, and wrote the answer itself)',
    hints: ['Who wrote the 502?', 'Is it the same process as before?'],
  },
})
