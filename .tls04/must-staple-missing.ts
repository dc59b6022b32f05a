import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.mustStapleMissing(),
  expect: { all: { status: 200 } },
})
