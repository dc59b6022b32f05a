import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The app calls without its token',
  break: request.missingCredentials(),
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
    all: { status: 401, body: { error: 'unauthenticated' } },
    // In a browser a preflight asks first whether the page may send such a call.
    chromium: { status: 401, body: { error: 'unauthenticated' } },
  },
  lesson: {
    story: 'After the update every order fails with 401, though all are logged in.',
    why: 'The header with the token is no longer sent. The API cannot know who calls.',
    seeIt: 'curl -sSi https://api.example.test/orders --json \'{"productId":2,"quantity":1}\'',
    rightly:
      'curl -sSi https://api.example.test/orders -H \'Authorization: Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06\' --json \'{"productId":2,"quantity":1}\'',
    clue: /401 Unauthorized/,
    looksLike: 'unauthenticated, expired-token (the header is there, its value is not accepted)',
    hints: ['Does the request have the header?', 'Is it lost at a redirect?'],
  },
})
