import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'TLS is done for the client, then the connection is ended (FIN)',
  break: network.closedOnConnect({ at: 'request' }),
  expect: {
    fetch: { name: 'TypeError', code: 'UND_ERR_SOCKET', message: /^other side closed$/ },
    https: { name: 'Error', code: 'ECONNRESET', message: /^socket hang up$/ },
    curl: { exit: 52, message: /Empty reply from server/ },
    python: { name: 'RemoteDisconnected', message: /Remote end closed connection without response/ },
    requests: { name: 'ConnectionError', message: /Remote end closed connection without response/ },
  },
  lesson: {
    story: 'Now and then "socket hang up" or "other side closed". The server saw no such request.',
    why: 'The connection was ended politely after the handshake, before the request got through.',
    seeIt: 'curl -v https://api.example.test/users',
    clue: /Finished \(20\)[\s\S]*Empty reply from server/,
    looksLike: 'empty-reply (the request was processed), reset-before-request (read ECONNRESET)',
    hints: ['Is there a line for this request in any log?', 'FIN or RST: what does the code say?'],
  },
})
