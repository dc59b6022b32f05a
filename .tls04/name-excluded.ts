import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.nameConstraint({ how: 'excluded' }),
  expect: { all: { status: 200 } },
})
