import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The method is misspelt: GTE',
  break: request.wrongMethod({ method: 'GTE' }),
  expect: {
    all: { status: 400 },
  },
  lesson: {
    story: 'A bare 400 without a body, and no line in the log of the application.',
    why: "The server's parser does not know the method, so it refuses before the application is asked.",
    seeIt: 'curl -sSi -X GTE https://api.example.test/users',
    rightly: 'curl -sSi -X GET https://api.example.test/users',
    clue: /400 Bad Request/,
    looksLike: 'bad-request-line, header-too-large (refused by the parser too)',
    hints: ['Did the application see the request?'],
  },
})
