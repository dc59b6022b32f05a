import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.sha1Signature({ which: 'leaf' }),
  expect: { all: { status: 200 } },
})
