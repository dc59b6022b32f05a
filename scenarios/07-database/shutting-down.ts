import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'Postgres is shutting down, and waits for one last session (57P03)',
  break: database.shutDown({ mode: 'smart' }),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' } },
  },
  database: { sqlstate: '57P03' },
  lesson: {
    story: 'For hours Postgres has let nobody in. It is up, and one old report still reads from it.',
    why: 'A smart shutdown waits until every session has ended, and refuses new ones meanwhile. One never ends.',
    seeIt: "psql -c 'select 1'",
    clue: /the database system is shutting down/,
    looksLike: 'db-shut-down (it is gone), db-frozen (a login gets no answer)',
    hints: ['Does the port accept connections?', 'What does Postgres say to a login?'],
  },
})
