import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The server forgot the connection that the client keeps open',
  break: network.halfOpen(),
  call: { connection: 'warm', timeoutMs: 2_000 },
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ECONNRESET',
      syscall: 'read',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: {
      name: 'Error',
      code: 'ECONNRESET',
      syscall: 'read',
      message: /^read ECONNRESET$/,
      tookMs: [0, 1_500],
    },
  },
  lesson: {
    story: 'The first call after the server restarted fails, the second works.',
    why: 'The pool held a connection that the other side no longer knew. The answer to its next byte is a RST.',
    seeIt: 'npm run scenario half-open',
    clue: /on the open connection a RST came/,
    looksLike: 'reset-on-connect (fails on new connections too), idle-cut (silence, slow)',
    hints: ['Was the connection new?', 'Does the next call work?'],
  },
})
