import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.wrongHost({ name: 'other.example.test' }),
  expect: { all: { status: 200 } },
})
