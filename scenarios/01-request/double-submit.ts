import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'A double click: the same order twice',
  break: request.doubleSubmit(),
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
    fetch: { status: 201, body: { productId: 2, quantity: 1 } },
    https: { status: 201, body: { productId: 2, quantity: 1 } },
  },
  lesson: {
    story: 'Nothing fails. The customer gets two parcels.',
    why: 'The app sent the order twice, and the API took both: POST is not idempotent by itself.',
    seeIt:
      'for click in 1 2; do curl -sS https://api.example.test/orders -H \'Authorization: Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06\' --json \'{"productId":2,"quantity":1}\'; done',
    rightly:
      'curl -sS https://api.example.test/orders -H \'Authorization: Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06\' --json \'{"productId":2,"quantity":1}\'',
    clue: /"id":\d+.*"id":\d+/,
    looksLike: 'cut-then-works (the first answer never arrived whole)',
    hints: ['How many requests did the server see?', 'What would tell it that both are one?'],
  },
})
