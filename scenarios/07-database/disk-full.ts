import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'Postgres has no space left on its disk (53100)',
  break: database.anySqlstate({ sqlstate: '53100', statement: 'users.list' }),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' } },
  },
  database: { sqlstate: '53100' },
  lesson: {
    story: 'Pages that only read fail too, with 503. Postgres is up and takes new connections.',
    why: 'Class 53 means that the server ran out of something. The API passes it on as 503: later it may work.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /503 Service Unavailable[\s\S]*database_unavailable/,
    looksLike: 'too-many-requests (429: the gateway alone), slow-query (504, after a second)',
    hints: ['Was a statement sent?', 'Which SQLSTATE did the API get?'],
  },
})
