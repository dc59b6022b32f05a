import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.nameConstraint({ how: 'permitted' }),
  expect: { all: { status: 200 } },
})
