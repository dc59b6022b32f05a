import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.unrecognizedName(),
  expect: { all: { status: 200 } },
})
