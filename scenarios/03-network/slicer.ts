import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The stream comes in pieces of 100 bytes, 15 ms apart',
  break: network.slicer({ bytes: 100, delayMs: 15 }),
  expect: {
    all: { status: 200, tookMs: [300, 4_000] },
  },
  lesson: {
    story: 'The home-made client fails on the mobile network only.',
    why: 'TCP is a stream: one write may come as forty reads. Real clients wait for the rest.',
    seeIt: 'strace -e trace=read,recvfrom curl -so /dev/null https://api.example.test/users',
    clue: / = 100$/m,
    looksLike: 'bandwidth (steady), latency (whole pieces, late)',
    hints: ['Does your parser take one read for one message?'],
  },
})
