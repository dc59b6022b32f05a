import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.ipSanOnly(),
  expect: { all: { status: 200 } },
})
