import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The end of the connection arrives late: the client does not notice',
  break: network.slowClose({ delayMs: 200 }),
  expect: {
    // Not urllib: it asks for `connection: close`, and the server ends first.
    fetch: { status: 200, tookMs: [0, 1_500] },
    https: { status: 200, tookMs: [0, 1_500] },
    curl: { status: 200, exit: 0, tookMs: [0, 1_500] },
    requests: { status: 200, tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'Every call works, yet the server runs out of connections at peak times.',
    why: 'The answer carries its length, so the client is done with the last byte. Only the server waits for the FIN.',
    seeIt: `for try in 1 2 3; do exec 3<>/dev/tcp/api.example.test/443; exec 3>&-; sleep .1; ss -tan dst :443; done`,
    clue: /FIN-WAIT-2/,
    looksLike: 'half-closed (the client fails)',
    hints: ['Who still waits when the answer is complete?'],
  },
})
