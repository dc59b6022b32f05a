import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.wrongEku({ which: 'leaf' }),
  expect: { all: { status: 200 } },
})
