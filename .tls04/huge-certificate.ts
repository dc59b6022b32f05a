import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.hugeCertificate({ names: 10_000 }),
  expect: { all: { status: 200 } },
})
