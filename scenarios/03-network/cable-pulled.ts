import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The line goes dead in the middle of the handshake',
  break: network.cablePulled({ from: 'server', afterBytes: 1_000 }),
  call: { timeoutMs: 900 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [850, 1_700] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [850, 1_700] },
    curl: { exit: 28, message: /Connection timed out|SSL connection timeout/, tookMs: [850, 1_900] },
    python: { name: 'URLError', message: /handshake operation timed out/, tookMs: [850, 1_700] },
    requests: { name: 'ReadTimeout', message: /Read timed out/, tookMs: [850, 1_700] },
  },
  lesson: {
    story: 'The laptop leaves the WLAN; the spinner turns for minutes.',
    why: 'No FIN, no RST: TCP cannot tell a dead line from a slow one. Only a timeout ends the wait.',
    seeIt: 'curl -v --max-time 2 https://api.example.test/users',
    clue: /Server hello[\s\S]*timed out/,
    looksLike: 'mtu-blackhole (only large packets vanish), handshake-stall (the server stopped)',
    hints: ['What came last, and from whom?', 'Which timeout does your client have by itself?'],
  },
})
