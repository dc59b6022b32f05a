import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.expired({ which: 'intermediate', daysAgo: 10 }),
  expect: { all: { status: 200 } },
})
