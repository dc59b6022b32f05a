import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The first of two resolvers is silent',
  break: dns.twoResolversFirstDead(),
  expect: { all: { status: 200, tookMs: [950, 2_500] } },
  lesson: {
    story: 'Everything works, one second late. Not an error in any log.',
    why: 'glibc asks the first resolver of the list, waits, and only then asks the second: for every look-up anew.',
    seeIt: 'dig +tries=1 api.example.test',
    clue: /timed out|refused|connection/,
    looksLike: 'flapping (late now and then), slow-answer (one resolver, late itself)',
    hints: ['Is it always the same delay?', 'Ask each resolver of the list by itself.'],
  },
})
