import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection is ended (FIN) as soon as it is made',
  break: network.closedOnConnect({ at: 'accept' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /disconnected before secure TLS connection/ },
    curl: { exit: 35, message: /SSL_ERROR_SYSCALL|unexpected eof/ },
    python: { name: 'URLError', message: /closed \(EOF\)|EOF occurred/ },
    requests: { name: 'SSLError', message: /closed \(EOF\)|EOF occurred/ },
    chromium: { name: 'TypeError', code: 'ERR_CONNECTION_CLOSED', message: /^Failed to fetch$/ },
  },
  lesson: {
    story: 'Calls fail at once: "disconnected before secure TLS connection was established".',
    why: 'Somebody accepted the connection and hung up: a proxy whose backend is gone does that.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /unexpected eof while reading/,
    looksLike: 'reset-on-connect (the same code with syscall read), cut-in-handshake (the server did it)',
    hints: ['Does the error have a syscall?', 'Who sent the first FIN?'],
  },
})
