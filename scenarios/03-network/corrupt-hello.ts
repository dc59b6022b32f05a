import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The first byte of the ClientHello changes on the way',
  break: network.corruptBytes({ from: 'client', afterBytes: 0, xor: 1 }),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_SSL_SSL/TLS_ALERT_UNEXPECTED_MESSAGE', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'EPROTO', message: /alert unexpected message/i },
    curl: { exit: 35, message: /alert unexpected message/i },
    python: { name: 'URLError', code: 'SSLV3_ALERT_UNEXPECTED_MESSAGE' },
    requests: { name: 'SSLError', code: 'SSLV3_ALERT_UNEXPECTED_MESSAGE' },
  },
  lesson: {
    story: 'The server says that the client speaks nonsense, the client that the server refuses.',
    why: 'The record type was changed on the way, so what arrived was no handshake any more.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /alert unexpected message/,
    looksLike: 'old-version (protocol version), other-protocol (the server is not TLS)',
    hints: ['What left the client, and what arrived?'],
  },
})
