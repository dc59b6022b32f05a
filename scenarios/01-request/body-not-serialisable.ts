import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The body refers to itself',
  break: request.bodyNotSerialisable({ value: 'circular' }),
  call: { method: 'POST', path: '/login', body: { email: 'ada@example.test', password: 'shop' } },
  expect: {
    fetch: { name: 'TypeError', message: /circular structure/ },
    https: { name: 'TypeError', message: /circular structure/ },
    python: { name: 'ValueError', message: /Circular reference detected/ },
    requests: { name: 'InvalidJSONError', message: /Circular reference detected/ },
  },
  lesson: {
    story: 'Saving fails as soon as the object has a parent.',
    why: 'JSON has no references: an object that contains itself has no end. Send ids instead.',
    seeIt: 'node -e "const a = {}; a.a = a; JSON.stringify(a)"',
    rightly: 'node -e "const a = {}; a.a = 1; JSON.stringify(a)"',
    clue: /TypeError: Converting circular structure to JSON/,
    looksLike: 'bigint-body (another value), malformed-json (400: it was sent)',
    hints: ['Was anything sent?', 'Which property closes the circle?'],
  },
})
