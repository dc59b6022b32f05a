import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer is too long for UDP, and DNS over TCP is reset',
  break: dns.truncated({ name: 'api.example.test', tcp: 'reset' }),
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
    why: 'The answer says "ask again over TCP". A firewall lets that connection begin and then resets it. c-ares calls even that ECONNREFUSED.',
    seeIt: 'dig api.example.test',
    clue: /Truncated, retrying in TCP mode[\s\S]*reset/,
    looksLike: 'truncated-tcp-refused (the same code; dig says "connection reset" here)',
    hints: ['What does dig +tcp say?', 'Who stands between here and the resolver?'],
  },
})
