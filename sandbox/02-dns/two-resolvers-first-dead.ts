import { fault } from '../language/fault.ts'

/**
 * The app's host has two resolvers, and the first never answers.
 *
 * The app works, but each look-up first waits for the dead one: 5 s by default, 1 s in the sealed world, which has
 * `options timeout:1`. glibc asks in the order of the list, every time.
 *
 * - Answer: none from the first resolver, the right one from the second.
 * - Seen: 200, late.
 * - Source: resolv.conf(5), nameserver and option timeout.
 */
export const twoResolversFirstDead = fault({
  step: 'dns',
  name: 'two-resolvers-first-dead',
  summary: () => 'the first of two resolvers is silent',
  parameters: {},
  plan: () => ({ point: 'dns', state: { kind: 'silent-first' } }),
  worlds: ['sealed'],
})
