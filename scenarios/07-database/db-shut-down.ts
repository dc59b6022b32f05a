import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'Postgres was shut down, and its port refuses connections',
  break: database.shutDown({ mode: 'fast' }),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' } },
  },
  lesson: {
    story: 'Every page that needs data says 503, at once. The health check of the API is green.',
    why: 'Nothing listens where the database was. The API is well, and cannot do its work.',
    seeIt: "psql -c 'select 1'",
    clue: /connection to server .* failed/,
    looksLike: 'shutting-down (57P03: it answers), db-frozen (503 after a second)',
    hints: ['Does the API answer what needs no data?', 'What does psql say?'],
  },
})
