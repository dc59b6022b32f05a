import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.cutInHandshake({ how: 'end', at: 'hello' }),
  expect: { all: { status: 200 } },
})
