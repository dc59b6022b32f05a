import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.sha1Signature({ which: 'intermediate' }),
  expect: { all: { status: 200 } },
})
