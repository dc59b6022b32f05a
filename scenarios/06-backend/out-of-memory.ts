import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The API runs out of memory in the middle of a request',
  break: backend.outOfMemory({ route: '/users' }),
  expect: {
    all: { status: 502, body: { error: 'bad_gateway' } },
  },
  lesson: {
    story: 'Each time the big report is opened, all pages stand still for a moment, and then say 502.',
    why: 'The route kept everything it had read. Nothing else was served while V8 tried to make room, and gave up.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /502 Bad Gateway/,
    looksLike: 'server-killed (the kernel ran out of memory), hang (the others are served)',
    hints: ['Who wrote the 502?', 'Which signal ended the process?', 'Did it stand still before?'],
  },
})
