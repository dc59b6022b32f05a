import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.selfSigned(),
  expect: { all: { status: 200 } },
})
