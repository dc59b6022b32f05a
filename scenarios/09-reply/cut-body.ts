import { reply, scenario } from '#sandbox/reply'

export default scenario({
  title: 'The connection ends (FIN) in the middle of the body',
  break: reply.cutBody({ how: 'end', afterBytes: 20 }),
  expect: { all: { status: 299 } },
})
