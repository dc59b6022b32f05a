import { response, scenario } from '#sandbox/response'

export default scenario({
  title: 'The body says that it is JSON, and ends in the middle of a list',
  break: response.invalidJson(),
  expect: {
    fetch: { name: 'SyntaxError', message: /^Unterminated string in JSON at position 29/ },
    https: { name: 'SyntaxError', message: /^Unterminated string in JSON at position 29/ },
    curl: { status: 200, body: '{"users":[{"id":1,"name":"Ada' },
    python: { status: 200, body: '{"users":[{"id":1,"name":"Ada' },
    requests: { status: 200, body: '{"users":[{"id":1,"name":"Ada' },
  },
  lesson: {
    story: 'Status 200, and the app says "Unterminated string in JSON". Monitoring is green.',
    why: 'What left the gateway was not what the API had decided. Length and status fit, so only a parser notices.',
    seeIt: 'curl -sS https://api.example.test/users | python3 -m json.tool',
    clue: /Unterminated string/,
    looksLike: 'cut-body (fewer bytes than the head promises)',
    hints: ['Is the body as long as Content-Length says?', 'What did the API decide on?'],
  },
})
