import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.alert({ description: 'internal_error' }),
  expect: { all: { status: 200 } },
})
