import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.plainHttpOnTlsPort(),
  expect: { all: { status: 200 } },
})
