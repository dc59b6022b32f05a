import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The page comes from an origin that the API does not allow',
  break: request.corsBlocked(),
  expect: {
    // The same `Origin` header, the same answer: only a browser keeps it from the app.
    all: { status: 200 },
    chromium: {
      name: 'TypeError',
      code: 'MissingAllowOriginHeader',
      message:
        /^Access to fetch at .* from origin 'https:\/\/www\.example\.test' has been blocked by CORS policy/,
    },
  },
  lesson: {
    story: 'curl works, the log of the API says 200, and in the browser it is "Failed to fetch".',
    why: 'The API answered, but did not name the origin of the page, so the browser keeps the answer to itself.',
    seeIt:
      "curl -sSi -H 'Origin: https://www.example.test' https://api.example.test/users | grep -ic access-control-allow-origin",
    rightly:
      "curl -sSi -H 'Origin: https://app.example.test' https://api.example.test/users | grep -ic access-control-allow-origin",
    clue: /^0$/m,
    looksLike: 'connection-refused, dns-failure (the same "Failed to fetch"; only the console tells)',
    hints: ['What does the console say below the error?', 'Did the request reach the API?'],
  },
})
