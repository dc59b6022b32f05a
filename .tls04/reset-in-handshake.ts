import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.cutInHandshake({ how: 'reset', at: 'flight' }),
  expect: { all: { status: 200 } },
})
