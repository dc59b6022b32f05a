import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'One server process is killed (SIGKILL), and Postgres ends all sessions',
  break: database.backendCrash({ table: 'users' }),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' } },
  },
  lesson: {
    story: 'Every minute, for a moment, all pages fail with 503. One report was opened each time.',
    why: 'What a killed process left in shared memory is not to be trusted. Postgres ends all others, and recovers.',
    seeIt: "psql -c 'select * from users'; psql -c 'select 1'",
    clue: /server closed the connection unexpectedly/,
    looksLike: 'admin-kill (57P01, one session), postmaster-killed (it does not come back)',
    hints: ['How many sessions ended?', 'What does the log of Postgres say?'],
  },
})
