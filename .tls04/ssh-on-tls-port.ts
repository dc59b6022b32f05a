import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.otherProtocol({ speaks: 'ssh' }),
  expect: { all: { status: 200 } },
})
