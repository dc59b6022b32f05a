import { database, scenario } from '#sandbox/database'

export default scenario({
  title: 'Two transactions wait for each other, and Postgres ends one of them (40P01)',
  break: database.deadlock({ productId: 2, userId: 1 }),
  call: {
    method: 'POST',
    path: '/orders',
    // Ada's, until 2100.
    headers: {
      authorization:
        'Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06',
    },
    body: { productId: 2, quantity: 1 },
  },
  expect: {
    all: { status: 500, body: { error: 'internal_error' } },
  },
  database: { sqlstate: '40P01' },
  lesson: {
    story: 'Under load a few orders fail with 500 after one second. Tried again, each of them works.',
    why: 'Two transactions had locked what the other wanted. Postgres looked after deadlock_timeout, and ended one.',
    seeIt:
      'curl -sS -i https://api.example.test/orders -H \'Authorization: Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06\' --json \'{"productId":2,"quantity":1}\'',
    clue: /500 Internal Server Error/,
    looksLike: 'server-error (500 at once, and no statement fails)',
    hints: ['How long did it take?', 'Which SQLSTATE did the API get?', 'Was the order kept?'],
  },
})
