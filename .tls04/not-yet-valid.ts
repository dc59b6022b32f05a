import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.notYetValid({ which: 'leaf', daysUntil: 30 }),
  expect: { all: { status: 200 } },
})
