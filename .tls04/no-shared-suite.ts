import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.noSharedCipher({ version: 'TLSv1.3' }),
  expect: { all: { status: 200 } },
})
