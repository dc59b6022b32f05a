import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Large packets vanish: the connection opens, the TLS handshake never ends',
  break: network.mtuBlackhole({ largerThanBytes: 1_200, direction: 'to-client' }),
  call: { connectTimeoutMs: 500, timeoutMs: 2_000 },
  expect: {
    // undici's timer is coarse: 500 ms fires up to 1.1 s late, still before the limit of the whole call.
    fetch: { name: 'TypeError', code: 'UND_ERR_CONNECT_TIMEOUT', tookMs: [450, 1_950] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_950, 2_900] },
    curl: { exit: 28, message: /SSL connection timeout|timed out/, tookMs: [450, 1_500] },
    python: { name: 'URLError', message: /handshake operation timed out/, tookMs: [450, 1_500] },
    requests: { name: 'ReadTimeout', message: /Read timed out/, tookMs: [450, 1_500] },
  },
  lesson: {
    story:
      'Ping works, telnet to the port works, every https call hangs. From the office it works, over the VPN not.',
    why: 'A link on the way takes only smaller packets, and the ICMP message that would say so is filtered.',
    seeIt: 'curl -s --max-time 2 https://api.example.test/users & sleep 1; ss -tio src :443; wait',
    clue: /backoff:\d/,
    looksLike: 'handshake-stall (the server is silent), dropped-packets (no connection at all)',
    hints: ['Which is the first packet that does not arrive?', 'How large is it?'],
  },
})
