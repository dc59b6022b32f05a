import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.noSan({ commonName: 'host' }),
  expect: { all: { status: 200 } },
})
