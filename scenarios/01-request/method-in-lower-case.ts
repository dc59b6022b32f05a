import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The app sends "patch" in lower case',
  break: request.wrongMethod({ method: 'patch' }),
  expect: {
    // Methods are case-sensitive: "patch" does not exist. Some clients write it in capitals for the app.
    fetch: { status: 400 },
    https: { status: 405 },
    curl: { status: 400 },
    python: { status: 400 },
    requests: { status: 405 },
  },
  lesson: {
    story: 'With one client the call is refused as 405, with another as 400.',
    why: 'fetch makes get, post, put and delete upper case, but not patch: it goes out as it was written.',
    seeIt: 'curl -sSi -X patch https://api.example.test/users',
    rightly: 'curl -sSi -X PATCH https://api.example.test/users',
    clue: /400 Bad Request/,
    looksLike: 'wrong-method (405: the method exists), bad-request-line (400)',
    hints: ['What exactly stands in the first line of the request?'],
  },
})
