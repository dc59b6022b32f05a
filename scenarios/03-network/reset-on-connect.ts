import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The connection is reset as soon as it is made',
  break: network.resetOnConnect({ at: 'accept' }),
  expect: {
    // Nearly always by then the client has sent its ClientHello, and is reading.
    fetch: {
      oneOf: [
        { name: 'TypeError', code: 'ECONNRESET', syscall: 'read' },
        { name: 'TypeError', code: 'ECONNRESET' },
      ],
      because: 'the RST comes while the client connects, writes or reads: the syscall says where it was',
    },
    https: {
      oneOf: [
        { name: 'Error', code: 'ECONNRESET', syscall: 'read' },
        { name: 'Error', code: 'ECONNRESET' },
      ],
      because: 'the RST comes while the client connects, writes or reads: the syscall says where it was',
    },
    curl: {
      oneOf: [
        { exit: 35, message: /(Recv|Send) failure: Connection reset by peer/ },
        { exit: 56, message: /Connection reset by peer/ },
        { exit: 7 },
      ],
      because: 'the RST comes while curl goes from connecting to TLS: its exit code says where it was',
    },
    python: { name: 'URLError', code: 'ECONNRESET', message: /Connection reset by peer/ },
    requests: { name: 'ConnectionError', code: 'ECONNRESET', message: /Connection reset by peer/ },
  },
  lesson: {
    story: 'Calls fail at once with ECONNRESET, from one office only.',
    why: 'TCP was connected, then somebody on the way sent a RST: a firewall, or a load balancer that is full.',
    seeIt: 'exec 3<>/dev/tcp/api.example.test/443; timeout 1 cat <&3',
    clue: /Connection reset by peer/,
    looksLike:
      'closed-on-connect (a FIN: ECONNRESET without a syscall), connection-refused (never connected)',
    hints: ['Does the error have a syscall?', 'Did the ClientHello reach the server?'],
  },
})
