import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.alpnMismatch({ protocol: 'h3' }),
  expect: { all: { status: 200 } },
})
