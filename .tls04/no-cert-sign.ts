import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.noCertSign(),
  expect: { all: { status: 200 } },
})
