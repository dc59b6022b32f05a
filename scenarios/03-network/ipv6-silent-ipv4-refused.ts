import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'IPv6 is met with silence, IPv4 is refused: ETIMEDOUT after a quarter of a second',
  break: network.ipv6Broken({ how: 'silence', ipv4: 'refused' }),
  call: { connectTimeoutMs: 1_000, timeoutMs: 2_500 },
  expect: {
    fetch: { name: 'TypeError', code: 'ETIMEDOUT', message: /^$/, tookMs: [240, 1_500] },
    https: { name: 'AggregateError', code: 'ETIMEDOUT', message: /^$/, tookMs: [240, 1_500] },
    // IPv4 was refused long before; curl hopes for IPv6 until its own timeout.
    curl: { exit: 28, message: /Failed to connect|timed out/, tookMs: [950, 2_000] },
    python: {
      name: 'URLError',
      code: 'ECONNREFUSED',
      message: /Connection refused/,
      tookMs: [950, 2_500],
    },
    requests: {
      name: 'ConnectionError',
      code: 'ECONNREFUSED',
      message: /Connection refused/,
      tookMs: [950, 2_500],
    },
  },
  lesson: {
    story: 'The timeout is set to a second, and "ETIMEDOUT" comes after 250 ms. Python says "refused".',
    why: 'Node gave IPv6 250 ms and IPv4 refused: two errors, of which the first lends its code to the whole. Python tells of the last address it tried.',
    seeIt: 'curl -v --connect-timeout 2 https://api.example.test/users',
    clue: /Connection refused[\s\S]*ipv6 connect timeout/,
    looksLike: 'dropped-packets (ETIMEDOUT too, but late), ipv6-and-ipv4-refused (at once)',
    hints: ['What does error.errors hold?', 'Which client named which address?'],
  },
})
