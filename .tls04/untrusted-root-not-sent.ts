import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.untrustedRoot({ root: 'not-sent' }),
  expect: { all: { status: 200 } },
})
