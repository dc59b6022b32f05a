import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.caFalse(),
  expect: { all: { status: 200 } },
})
