import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'A promise that the route does not wait for rejects, and the process ends',
  break: backend.floatingRejection({ route: '/users' }),
  expect: {
    all: { status: 502, body: { error: 'bad_gateway' } },
  },
  lesson: {
    story: 'An audit log is down. Since then the whole shop restarts, although no page needs that log.',
    why: 'Its promise rejected, and no code was waiting. Node ends a process for that, with all that is in flight.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /502 Bad Gateway/,
    looksLike: 'server-error (500: a promise that was awaited), server-killed (no last line in the log)',
    hints: ['Who wrote the 502?', 'With which exit code did the process end?'],
  },
})
