import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.clientCertRequired({ tlsVersion: 'TLSv1.3' }),
  expect: { all: { status: 200 } },
})
