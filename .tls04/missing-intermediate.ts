import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.missingIntermediate(),
  expect: { all: { status: 200 } },
})
