import { scenario, server } from '#sandbox/server'

export default scenario({
  title: 'The gateway takes no more requests from this client (429)',
  break: server.tooManyRequests({ retryAfterSeconds: 2 }),
  expect: {
    all: { status: 429, headers: { 'retry-after': '2' }, body: { error: 'too_many_requests' } },
  },
  lesson: {
    story: 'The nightly import stops after a minute. By hand, one request works.',
    why: 'A limit of the gateway was reached. It answered by itself, and said when to come back; the API heard nothing.',
    seeIt: 'curl -sSi https://api.example.test/users',
    clue: /429 Too Many Requests[\s\S]*Retry-After: 2/,
    looksLike: 'server-error (500: the API was asked), missing-credentials (401: it never works)',
    hints: ['Who wrote the answer: the gateway or the API?', 'Which header says when to try again?'],
  },
})
