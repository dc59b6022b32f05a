import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.wildcardTooWide({ name: '*.test' }),
  expect: { all: { status: 200 } },
})
