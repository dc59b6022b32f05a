import { scenario, server } from '#sandbox/server'

export default scenario({
  title: 'Too many requests (429)',
  break: server.tooManyRequests(),

  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
