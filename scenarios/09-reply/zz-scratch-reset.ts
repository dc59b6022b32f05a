import { reply, scenario } from '#sandbox/reply'

export default scenario({
  title: 'The connection resets (RST) in the middle of the body',
  break: reply.cutBody({ how: 'reset', afterBytes: 20 }),
  expect: { all: { status: 299 } },
})
