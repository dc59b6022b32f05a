import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'An https page calls http://',
  break: request.mixedContent(),
  expect: { all: { status: 200 }, chromium: { name: 'TypeError' } },
})
