import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The backend throws while it handles the request (500)',
  break: backend.throws({ route: '/users' }),
  expect: {
    all: { status: 500, body: { error: 'internal_error' } },
  },
  lesson: {
    story: 'The page says "something went wrong". The database is fine, other pages work.',
    why: 'The code of one route threw. The API answered 500 and kept the reason to itself; its log has the stack.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /500 Internal Server Error/,
    looksLike: 'server-crash (502: the API did not answer), slow-query (504)',
    hints: ['Who wrote the 500: the gateway or the API?', 'Was the database asked at all?'],
  },
})
