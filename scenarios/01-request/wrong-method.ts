import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The app sends PUT where the API has only GET',
  break: request.wrongMethod({ method: 'PUT' }),
  expect: {
    all: { status: 405 },
  },
  lesson: {
    story: 'The endpoint exists, the address is right, and the answer is 405.',
    why: 'The path exists for another method. The Allow header of the answer says for which.',
    seeIt: 'curl -sSi -X PUT https://api.example.test/users',
    rightly: 'curl -sSi -X GET https://api.example.test/users',
    clue: /405 Method Not Allowed/,
    looksLike: 'method-not-allowed (there the server forgot the method), route-missing (404)',
    hints: ['What does the Allow header say?', 'What does the documentation say?'],
  },
})
