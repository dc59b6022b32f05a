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
    seeIt: 'node -e "fetch(\'https://api.example.test/users\', { signal: AbortSignal.abort() })"',
    rightly: 'node -e "fetch(\'https://api.example.test/users\', { signal: AbortSignal.timeout(5000) })"',
    clue: /AbortError\]?: This operation was aborted/,
    looksLike: 'latency-timeout (aborted too, but late)',
    hints: ['How long did the call take?', 'Where is the controller made?'],
  },
})
