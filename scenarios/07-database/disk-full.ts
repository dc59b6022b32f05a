import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'sql',
  break: database.anySqlstate(),

  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
