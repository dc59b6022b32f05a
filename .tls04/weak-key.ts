import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.weakKey({ which: 'leaf' }),
  expect: { all: { status: 200 } },
})
