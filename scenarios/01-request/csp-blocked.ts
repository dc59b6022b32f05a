import { request, scenario } from '#sandbox/request'

export default scenario({
  title: "The page's security policy does not name the API",
  break: request.cspBlocked(),
  expect: { chromium: { name: 'TypeError' } },
})
