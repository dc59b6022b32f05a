import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.weakKey({ which: 'intermediate' }),
  expect: { all: { status: 200 } },
})
