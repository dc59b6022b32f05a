import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.noSan({ commonName: 'none' }),
  expect: { all: { status: 200 } },
})
