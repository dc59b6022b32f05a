import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'Postgres stands still: connections are accepted, and nothing answers',
  break: database.frozen({ what: 'server' }),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' }, tookMs: [900, 3_000] },
  },
  lesson: {
    story: 'Every page that needs data says 503 after one second. Postgres is in the list of processes.',
    why: 'The kernel accepts connections for a process that is stopped. The API waits for a login as long as its limit.',
    seeIt: "PGCONNECT_TIMEOUT=2 psql -c 'select 1'",
    clue: /timeout expired/,
    looksLike: 'db-shut-down (503 at once), session-frozen (504: a session was open)',
    hints: ['How long did it take?', 'In which state are the processes of Postgres?'],
  },
})
