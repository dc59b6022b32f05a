import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'crash',
  break: backend.crash({ how: 'kill' }),

  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
