import { backend, scenario } from '#sandbox/backend'

export default scenario({
  title: 'The route never answers, and the client gives up',
  break: backend.hang({ route: '/users' }),
  call: { timeoutMs: 900 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [850, 2_500] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [850, 2_500] },
    curl: { exit: 28, message: /Operation timed out/, tookMs: [850, 2_500] },
    python: { name: 'TimeoutError', message: /The read operation timed out/, tookMs: [850, 2_500] },
    requests: { name: 'ReadTimeout', message: /Read timed out/, tookMs: [850, 2_500] },
  },
  lesson: {
    story: 'One page loads for ever. The API is up, its other routes are quick, the database is idle.',
    why: 'The route waits for something that never comes. Only a time limit ends such a call: here the client had one.',
    seeIt: 'curl -sS --max-time 2 https://api.example.test/users',
    clue: /Operation timed out after \d+ milliseconds with 0 bytes received/,
    looksLike: 'slow-query (a statement is running in Postgres), accept-then-silence (the handshake hangs)',
    hints: ['Did the request reach the route?', 'Was a statement sent?', 'Whose time limit ended the call?'],
  },
})
