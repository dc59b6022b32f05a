import { response, scenario } from '#sandbox/response'

export default scenario({
  title: 'clt',
  break: response.contentLengthTooLong(),
  call: { timeoutMs: 900 },
  expect: { all: { status: 299 } },
  lesson: { story: 'x', why: 'x', seeIt: 'x', looksLike: 'x', hints: ['x'] },
})
