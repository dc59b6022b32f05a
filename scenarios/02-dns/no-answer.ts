import { dns, lookupFails, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver never answers',
  break: dns.noAnswer({ name: 'api.example.test' }),
  expect: lookupFails.resolverFailed([1_900, 3_500]),
  portable: {
    fetch: {
      name: 'TypeError',
      code: 'ETIMEOUT',
      syscall: 'queryA',
      message: /^fetch failed$/,
      tookMs: [550, 2_500],
    },
    https: { name: 'Error', code: 'ETIMEOUT', syscall: 'queryA', tookMs: [550, 2_500] },
  },
  lesson: {
    story: 'Every call hangs for seconds, then fails with the words of a failing resolver.',
    why: 'Questions leave and nothing comes back. The operating system asks again, then gives up: after 10 s by default, 2 s here.',
    seeIt: 'dig +tries=1 api.example.test',
    clue: /timed out/,
    looksLike: 'servfail (the same EAI_AGAIN, at once), dropped-packets (a connect timeout)',
    hints: ['How long did it take?', 'Did a connection ever start?'],
  },
})
