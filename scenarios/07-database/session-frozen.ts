import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'The statement stands still, and not even its own time limit ends it',
  break: database.frozen({ what: 'session', table: 'users' }),
  expect: {
    all: { status: 504, body: { error: 'database_timeout' }, tookMs: [1_400, 4_000] },
  },
  lesson: {
    story: 'One page answers 504 after a second and a half, though statement_timeout is one second.',
    why: 'The process that ran the statement was stopped, and its limit with it. The API gave up by its own.',
    seeIt:
      'curl -sS https://api.example.test/users; psql -c "select state, query from pg_stat_activity where state = \'active\'"',
    clue: /step=users.list/,
    looksLike: 'slow-query (57014: Postgres ended it after a second), db-frozen (503: no connection)',
    hints: ['How long did it take?', 'Did Postgres answer at all?', 'In which state is the process?'],
  },
})
