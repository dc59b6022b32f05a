import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection is reset when the ClientHello comes',
  break: network.resetOnConnect({ at: 'hello' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', syscall: 'read', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ECONNRESET', syscall: 'read', message: /^read ECONNRESET$/ },

    curl: { exit: 35, message: /Recv failure: Connection reset by peer/ },
    python: { name: 'URLError', code: 'ECONNRESET', message: /Connection reset by peer/ },
    requests: { name: 'ConnectionError', code: 'ECONNRESET', message: /Connection reset by peer/ },
  },
  lesson: {
    story: 'HTTP works, HTTPS to the same host gives ECONNRESET.',
    why: 'A filter read the host name in the ClientHello, did not like it, and reset the connection.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /write:errno=104|Connection reset/,
    looksLike: 'reset-on-connect (before the ClientHello), reset-before-request (after TLS)',
    hints: ['How far did the handshake get?', 'Does another server name get through?'],
  },
})
