import { response, scenario } from '#sandbox/response'

export default scenario({
  title: 'ij',
  break: response.invalidJson(),

  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
