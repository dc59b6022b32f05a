import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.untrustedRoot({ root: 'sent' }),
  expect: { all: { status: 200 } },
})
