import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server hangs up (FIN) when the ClientHello has arrived',
  break: tls.cutInHandshake({ how: 'end', at: 'hello' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /socket disconnected before secure TLS/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /socket disconnected before secure TLS/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL/ },
    python: { name: 'URLError', message: /connection has been closed \(EOF\)/ },
    requests: { name: 'SSLError', message: /connection has been closed \(EOF\)/ },
  },
  lesson: {
    story: 'ECONNRESET at once, though nobody reset anything.',
    why: 'The server ended the connection in good order, but too early. Node calls that ECONNRESET; only the message tells.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Client hello[\s\S]*SSL_ERROR_SYSCALL/,
    looksLike: 'reset-in-handshake ("read ECONNRESET": a real RST)',
    hints: ['Which words follow ECONNRESET?', 'FIN or RST: what does tcpdump show?'],
  },
})
