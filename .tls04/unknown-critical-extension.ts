import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.unknownCriticalExtension({ which: 'leaf' }),
  expect: { all: { status: 200 } },
})
