import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The end of the connection arrives late: the client does not notice',
  break: network.slowClose({ delayMs: 200 }),
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'Every call works, yet the server runs out of connections at peak times.',
    why: 'The answer carries its length, so the client is done with the last byte. Only the server waits for the FIN.',
    seeIt: "ss -tan state close-wait state fin-wait-2",
    looksLike: 'a connection leak in the server',
    hints: ['Who still waits when the answer is complete?'],
  },
})
