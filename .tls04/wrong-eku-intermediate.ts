import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.wrongEku({ which: 'intermediate' }),
  expect: { all: { status: 200 } },
})
