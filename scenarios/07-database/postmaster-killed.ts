import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'Postgres is killed (SIGKILL)',
  break: database.postmasterKilled(),
  expect: {
    all: { status: 503, body: { error: 'database_unavailable' } },
  },
  lesson: {
    story: '503 everywhere, all at once. The log of Postgres ends in the middle, without a last word.',
    why: 'Its first process was killed, so the others ended too. Started again, it recovers from its write-ahead log.',
    seeIt: "psql -c 'select 1'",
    clue: /connection to server .* failed/,
    looksLike: 'db-shut-down (its log says who asked), backend-crash (it comes back by itself)',
    hints: ['What is the last line of the log?', 'Is anything listening?'],
  },
})
