import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'hang',
  break: backend.hang(),
  call: { timeoutMs: 900 },
  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
