import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The page comes from an origin that the API does not allow',
  break: request.corsBlocked(),
  expect: { all: { status: 200 }, chromium: { name: 'TypeError' } },
})
