import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The API shuts down, and serves what is in flight first',
  break: backend.gracefulShutdown({ route: '/users', inFlight: 'finish' }),
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'At each deployment a few calls get 502. Those that were under way were served.',
    why: 'The process stopped listening, served this call, and ended. The gateway sent the next one there all the same.',
    seeIt: 'curl -sSi https://api.example.test/users; curl -sSi https://api.example.test/users',
    clue: /502 Bad Gateway/,
    looksLike: 'shutdown-drops (502 at once), server-crash (nothing is served)',
    hints: ['What did the first call get, and the second?', 'Who should have been told before?'],
  },
})
