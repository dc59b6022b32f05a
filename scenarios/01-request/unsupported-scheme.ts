import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The scheme is misspelt: htps',
  break: request.unsupportedScheme({ scheme: 'htps' }),
  expect: {
    fetch: { name: 'TypeError', message: /^unknown scheme$/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_PROTOCOL', message: /Protocol "htps:" not supported/ },
    curl: { exit: 1, message: /Protocol "?htps"? not supported/ },
    python: { name: 'URLError', message: /unknown url type: htps/ },
    requests: { name: 'InvalidSchema', message: /No connection adapters were found/ },
  },
  lesson: {
    story: '"fetch failed", at once, with the network up and the host alive.',
    why: 'The client does not know how to speak "htps". The cause of the error says so, its message does not.',
    seeIt: 'curl htps://api.example.test/users',
    rightly: 'curl https://api.example.test/users',
    clue: /Protocol "htps" not supported/,
    looksLike: 'dns-failure, connection-refused (the same "fetch failed": look at the cause)',
    hints: ['What is error.cause?', 'Was a name looked up?'],
  },
})
