import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.keyMismatch(),
  expect: { all: { status: 200 } },
})
