import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.resumptionHidesChange({ daysAgo: 30 }),
  call: { connection: 'warm' },
  expect: { fetch: { status: 200 }, https: { status: 200 } },
})
