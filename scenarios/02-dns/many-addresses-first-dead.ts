import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'Two dead addresses stand before the right one',
  break: dns.manyAddressesFirstDead({ name: 'api.example.test', deadCount: 2 }),
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'It works, but curl is slower than it was.',
    why: 'Clients try one address after the other. A refusal is quick; an address that swallowed packets would cost far more.',
    seeIt: 'dig api.example.test',
    clue: /ANSWER: 3/,
    looksLike: 'wrong-address (no good one among them: ECONNREFUSED)',
    hints: ['How many addresses does the name have?', 'Which of them answer?'],
  },
})
