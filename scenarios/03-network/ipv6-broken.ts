import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'IPv6 is met with silence, IPv4 works: slow for whoever tries one after the other',
  break: network.ipv6Broken({ how: 'silence', ipv4: 'works' }),
  call: { connectTimeoutMs: 1_000, timeoutMs: 2_500 },
  expect: {
    // 250 ms is what Node gives an address before it tries the next (`autoSelectFamilyAttemptTimeout`).
    fetch: { status: 200, tookMs: [240, 1_500] },
    https: { status: 200, tookMs: [240, 1_500] },
    // 200 ms is what curl gives IPv6 (`--happy-eyeballs-timeout-ms`).
    curl: { status: 200, tookMs: [190, 1_500] },
    // Each address gets the whole connect timeout.
    python: { status: 200, tookMs: [950, 2_500] },
    requests: { status: 200, tookMs: [950, 2_500] },
  },
  lesson: {
    story: 'In the browser all is well. The Python job needs a second more for every call.',
    why: 'IPv6 comes first, and nobody answers there. Happy eyeballs goes on to IPv4 after a moment; a client without it waits out its connect timeout.',
    seeIt:
      'curl -sS -6 --max-time 2 https://api.example.test/users; curl -sS -4 https://api.example.test/users',
    clue: /Connection timed out[\s\S]*"users"/,
    looksLike: 'latency (slow over IPv4 alone too), no-answer-aaaa (slow before any address is known)',
    hints: ['Is it as slow with curl -4?', 'How many addresses does the name have?'],
  },
})
