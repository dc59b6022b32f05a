import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The API is killed (SIGKILL) in the middle of a request',
  break: backend.crash({ route: '/users', how: 'kill' }),
  expect: {
    all: { status: 502, body: { error: 'bad_gateway' } },
  },
  lesson: {
    story: '502 for everyone at once, and nothing about it in the log of the API.',
    why: 'A process that is killed writes no last line. The kernel does so when memory runs out.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /502 Bad Gateway/,
    looksLike: 'server-error (500: the process lives, and wrote the answer itself)',
    hints: ['Who wrote the 502?', 'Is it the same process as before?'],
  },
})
