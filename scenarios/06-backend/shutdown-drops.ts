import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The API is told to end (SIGTERM), and drops what is in flight',
  break: backend.gracefulShutdown({ route: '/users', inFlight: 'drop' }),
  expect: {
    all: { status: 502, body: { error: 'bad_gateway' } },
  },
  lesson: {
    story: 'At each deployment the calls that were under way fail with 502.',
    why: 'The process has no handler for SIGTERM, so it ended at once: Node has none of its own.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /502 Bad Gateway/,
    looksLike: 'graceful-shutdown (this call is served), server-killed (SIGKILL: no handler would help)',
    hints: ['Who wrote the 502?', 'Which signal ended the process?'],
  },
})
