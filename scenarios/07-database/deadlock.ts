import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'dead',
  break: database.deadlock(),
  call: {
    path: '/orders',
    method: 'POST',
    headers: { authorization: 'Bearer token-ada' },
    body: { productId: 2 },
  },
  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
