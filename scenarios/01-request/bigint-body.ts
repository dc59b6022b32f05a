import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The body has a BigInt',
  break: request.bodyNotSerialisable({ value: 'bigint' }),
  call: { method: 'POST', path: '/login', body: { email: 'ada@example.test', password: 'shop' } },
  expect: {
    fetch: { name: 'TypeError', message: /serialize a BigInt/ },
    https: { name: 'TypeError', message: /serialize a BigInt/ },
  },
  lesson: {
    story: 'After the ids became BigInts nothing can be saved any more.',
    why: 'JSON.stringify refuses a BigInt, because JSON readers would round it. Send it as text.',
    seeIt: 'node -e "JSON.stringify({ quantity: 1n })"',
    rightly: 'node -e "JSON.stringify({ quantity: 1 })"',
    clue: /TypeError: Do not know how to serialize a BigInt/,
    looksLike: 'body-not-serialisable (a circle), number-too-big (it was sent, and rounded)',
    hints: ['Was anything sent?'],
  },
})
