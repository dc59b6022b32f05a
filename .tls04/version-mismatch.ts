import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.versionMismatch(),
  expect: { all: { status: 200 } },
})
