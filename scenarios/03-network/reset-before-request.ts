import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'TLS is done for the client, then its request is answered with a reset',
  break: network.resetOnConnect({ at: 'request' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNRESET', syscall: 'read', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ECONNRESET', syscall: 'read', message: /^read ECONNRESET$/ },

    // After TLS curl speaks of receiving (56), before it of the TLS connect (35).
    curl: { exit: 56, message: /Recv failure: Connection reset by peer/ },
    python: {
      oneOf: [
        { name: 'RemoteDisconnected', message: /Remote end closed connection without response/ },
        { name: 'ConnectionResetError', code: 'ECONNRESET' },
        { name: 'URLError', message: /EOF occurred in violation of protocol/ },
      ],
      because:
        'OpenSSL gives the reset to Python as an end or as an error; a slow client meets it as it writes',
    },
    requests: {
      oneOf: [
        { name: 'ConnectionError', message: /Remote end closed connection without response/ },
        { name: 'ConnectionError', message: /Connection reset by peer/ },
        { name: 'SSLError', message: /EOF occurred in violation of protocol/ },
      ],
      because:
        'OpenSSL gives the reset to Python as an end or as an error; a slow client meets it as it writes',
    },
  },
  lesson: {
    story: 'The client says it sent the request, the server has no trace of it.',
    why: 'The client is done with TLS one flight before the server is. The reset fell in between.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Finished \(20\)[\s\S]*Connection reset by peer/,
    looksLike: 'cut-then-works (the request was processed), reset-in-hello (curl 35)',
    hints: ['Is there a line for this request in any log?', 'Is it safe to send it again?'],
  },
})
