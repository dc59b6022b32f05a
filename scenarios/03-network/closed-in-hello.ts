import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection is ended (FIN) when the ClientHello comes',
  break: network.closedOnConnect({ at: 'hello' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL|unexpected eof/ },
    python: { name: 'URLError', message: /closed \(EOF\)|EOF occurred/ },
    requests: { name: 'SSLError', message: /closed \(EOF\)|EOF occurred/ },
  },
  lesson: {
    story: 'TCP connects, TLS does not even begin.',
    why: 'A middlebox read the ClientHello and ended the connection instead of handing it on.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /unexpected eof while reading/,
    looksLike: 'closed-on-connect (the same error without a ClientHello), reset-in-hello (syscall read)',
    hints: ['Did the ClientHello reach the server?'],
  },
})
