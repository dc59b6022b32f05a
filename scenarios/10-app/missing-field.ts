import { app, scenario } from '#sandbox/app'

export default scenario({
  title: 'mf',
  break: app.missingField(),

  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
