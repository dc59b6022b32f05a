import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The answer is cut after three bytes',
  break: dns.shortPacket({ name: 'api.example.test', bytes: 3 }),
  expect: lookupFails.resolverFailed([0, 1_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'EBADRESP',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [0, 1_500],
    },
    https: { name: 'Error', code: 'EBADRESP', syscall: 'queryA', tookMs: [0, 1_500] },
  },
  lesson: {
    story: 'Look-ups fail at once with a "temporary" failure that stays.',
    why: 'A header has 12 bytes and only 3 arrived. glibc takes it for a failing server.',
    seeIt: 'dig +tries=1 api.example.test',
    clue: /short|timed out|malformed|got bad packet/,
    looksLike: 'servfail (the same EAI_AGAIN; dig says "short" here)',
    hints: ['What does dig warn of?', 'Does it work over TCP?'],
  },
})
