import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.pathLength(),
  expect: { all: { status: 200 } },
})
