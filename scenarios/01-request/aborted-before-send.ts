import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The signal was aborted before the call',
  break: request.abortedBeforeSend(),
  expect: {
    fetch: { name: 'AbortError', message: /operation was aborted/, tookMs: [0, 500] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [0, 500] },
  },
  lesson: {
    story: 'The first search works; every later one fails at once with AbortError.',
    why: 'One AbortController was used for all calls. Once aborted, it stays aborted.',
    seeIt: 'node -e "fetch(\'https://api.example.test\', { signal: AbortSignal.abort() })"',
    looksLike: 'a timeout (AbortError or TimeoutError too, but late)',
    hints: ['How long did the call take?', 'Where is the controller made?'],
  },
})
