import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'An administrator ends the session in the middle of a statement (57P01)',
  break: database.adminKill({ table: 'users' }),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' } },
  },
  database: { sqlstate: '57P01' },
  lesson: {
    story: 'One page fails with 503. All others work, and Postgres has been up for weeks.',
    why: 'The session that read this table was terminated. The API dropped it; the next statement gets another one.',
    seeIt: "psql -c 'select * from users'",
    clue: /terminating connection due to administrator command/,
    looksLike: 'backend-crash (all sessions end), slow-query (57014: the session stays)',
    hints: ['Which SQLSTATE did the API get?', 'What happened to the other sessions?'],
  },
})
