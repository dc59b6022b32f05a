import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'IPv6 and IPv4 are both refused: an error without a message',
  break: network.ipv6Broken({ how: 'refused', ipv4: 'refused' }),
  call: { connectTimeoutMs: 1_000, timeoutMs: 2_500 },
  expect: {
    // No connect timeout ran out.
    fetch: { name: 'TypeError', code: 'ECONNREFUSED', message: /^$/, tookMs: [0, 900] },
    https: { name: 'AggregateError', code: 'ECONNREFUSED', message: /^$/, tookMs: [0, 900] },
    curl: { exit: 7, message: /Failed to connect|Could(n't| not) connect/, tookMs: [0, 900] },
    python: {
      name: 'URLError',
      code: 'ECONNREFUSED',
      message: /Connection refused/,
      tookMs: [0, 900],
    },
    requests: {
      name: 'ConnectionError',
      code: 'ECONNREFUSED',
      message: /Connection refused/,
      tookMs: [0, 900],
    },
  },
  lesson: {
    story: 'The log says "AggregateError:" and nothing else.',
    why: 'Node tried both addresses, so there are two errors and no single message: it is empty. What happened stands in error.errors, and in error.code.',
    seeIt: 'node -e "fetch(\'https://api.example.test/users\').catch((e) => console.log(e.cause.errors))"',
    clue: /ECONNREFUSED 2001:[\s\S]*ECONNREFUSED 127/,
    looksLike: 'connection-refused (one address, so one error that names it)',
    hints: ['What does error.errors hold?', 'Which addresses does the name have?'],
  },
})
