import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Only the way to the client is slow',
  break: network.latency({ delayMs: 250, direction: 'to-client' }),
  expect: {
    // The handshake's answer and the reply.
    all: { status: 200, tookMs: [500, 2_500] },
  },
  lesson: {
    story: 'Uploads fly, answers crawl.',
    why: 'Routes differ for the two directions, and so do their queues. A ping shows only the sum.',
    seeIt:
      "curl -so /dev/null -w '%{time_connect} %{time_appconnect} %{time_total}\\n' https://api.example.test/users",
    clue: /^0\.0\d+ 0\.[2-9]\d+ (0\.[5-9]|[1-9])/m,
    looksLike: 'latency (in both directions), hang (the handshake is fast)',
    hints: ['Is the handshake late too, or only the reply?'],
  },
})
