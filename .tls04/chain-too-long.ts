import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.chainTooLong({ intermediates: 120 }),
  expect: { all: { status: 200 } },
})
