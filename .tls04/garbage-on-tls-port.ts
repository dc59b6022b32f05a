import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.otherProtocol({ speaks: 'garbage' }),
  expect: { all: { status: 200 } },
})
