import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.recordCorrupted(),
  expect: { all: { status: 200 } },
})
