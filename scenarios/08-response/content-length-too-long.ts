import { response, scenario } from '#sandbox/response'

export default scenario({
  title: 'The head promises 50 bytes more than the body has',
  break: response.contentLengthTooLong({ moreBytes: 50 }),
  call: { timeoutMs: 900 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [850, 2_500] },
    https: { name: 'Error', code: 'ECONNRESET', message: /^aborted$/, tookMs: [850, 2_500] },
    curl: { exit: 28, status: 200, message: /187 out of 237 bytes received/, tookMs: [850, 2_500] },
    python: { name: 'TimeoutError', message: /The read operation timed out/, tookMs: [850, 2_500] },
    requests: { name: 'ConnectionError', message: /Read timed out/, tookMs: [850, 2_500] },
  },
  lesson: {
    story: 'All of the data is there, and the spinner turns until the time limit ends it.',
    why: 'Content-Length counts bytes. The client waits for those that it was promised, and they do not exist.',
    seeIt: 'curl -sS --max-time 2 https://api.example.test/users',
    clue: /187 out of 237 bytes received/,
    looksLike: 'hang (no head comes), cut-body (the connection ends)',
    hints: ['How many bytes came, and how many were promised?', 'Did the connection end?'],
  },
})
