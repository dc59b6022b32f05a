import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.expired({ which: 'root' }),
  expect: { all: { status: 200 } },
})
