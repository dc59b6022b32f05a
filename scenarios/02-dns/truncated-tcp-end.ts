import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer is too long for UDP, and DNS over TCP is closed without an answer',
  break: dns.truncated({ name: 'api.example.test', tcp: 'end' }),
  expect: lookupFails.resolverFailed([0, 1_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ECONNREFUSED',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'queryA', tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'It broke the day the name got more addresses.',
    why: 'The answer says "ask again over TCP". The server takes the question and closes the connection instead of answering.',
    seeIt: 'dig api.example.test',
    clue: /Truncated, retrying in TCP mode[\s\S]*end of file/,
    looksLike: 'truncated-tcp-reset (the same code; dig says "end of file" here)',
    hints: ['What does dig +tcp say?', 'How long is the whole answer?'],
  },
})
