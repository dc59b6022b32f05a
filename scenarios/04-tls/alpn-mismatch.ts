import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server speaks only HTTP/3, says its ALPN',
  break: tls.alpnMismatch({ protocol: 'h3' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
      message: /tlsv1 alert no application protocol/,
    },
    https: 'unaffected',
    curl: { exit: 35, message: /tlsv1 alert no application protocol/ },
    python: { name: 'URLError', message: /tlsv1 alert no application protocol/ },
    requests: { name: 'SSLError', message: /tlsv1 alert no application protocol/ },
  },
  lesson: {
    story: "fetch and curl fail, Node's https.request works.",
    why: 'Client and server name the protocol they will speak (ALPN), and have none in common. https.request names none, so it is not refused.',
    seeIt: 'openssl s_client -alpn http/1.1 -connect api.example.test:443 </dev/null',
    clue: /no application protocol/,
    looksLike: 'no-shared-cipher, alert (other words in the same place)',
    hints: ['Which client works, and what does it leave out?', 'Which protocols does the server list?'],
  },
})
