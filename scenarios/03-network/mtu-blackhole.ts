import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Large packets vanish: the connection opens, the TLS handshake never ends',
  break: network.mtuBlackhole({ largerThanBytes: 1_200, direction: 'to-client' }),
  call: { connectTimeoutMs: 500, timeoutMs: 1_500 },
  expect: {
    fetch: { name: 'TypeError', code: 'UND_ERR_CONNECT_TIMEOUT', tookMs: [450, 2_500] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [1_450, 2_500] },
    curl: { exit: 28, tookMs: [450, 2_500] },
    python: { name: 'URLError', message: /handshake operation timed out/ },
    requests: { name: 'ReadTimeout' },
  },
  lesson: {
    story:
      'Ping works, telnet to the port works, every https call hangs. From the office it works, over the VPN not.',
    why: 'A link on the way takes only smaller packets, and the ICMP message that would say so is filtered.',
    seeIt: 'ping -M do -s 1400 api.example.test',
    looksLike: 'handshake-stall (the server is silent), dropped-packets (no connection at all)',
    hints: ['Which is the first packet that does not arrive?', 'How large is it?'],
  },
})
