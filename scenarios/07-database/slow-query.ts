import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'The query takes 5 s; the database gives up after 1 s',
  break: database.slowQuery({ sleepMs: 5_000 }),
  call: { path: '/users', timeoutMs: 3_500 },
  expect: {
    all: { status: 504, body: { error: 'database_timeout' }, tookMs: [900, 2_500] },
  },
  database: { sqlstate: '57014' },
  lesson: {
    story: 'One page answers 504 after exactly one second. All others are fast.',
    why: 'The statement ran longer than statement_timeout, so Postgres cancelled it and the API answered 504.',
    seeIt:
      'curl -sS https://api.example.test/users & sleep 0.5; psql -c "SELECT state, wait_event, query FROM pg_stat_activity WHERE state = \'active\'"; wait',
    clue: /PgSleep/,
    looksLike: 'hang (no SQL is running), pool-exhausted (503, no SQL is running)',
    hints: ['Who wrote the 504?', 'What runs in Postgres while the call waits?'],
  },
})
