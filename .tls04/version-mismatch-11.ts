import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.versionMismatch({ serverVersion: 'TLSv1.1' }),
  expect: { all: { status: 200 } },
})
