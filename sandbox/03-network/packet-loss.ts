import { fault } from '../fault.ts'
import { oneOf, wholeNumber } from '../parameters.ts'

/**
 * Packets are lost on the way. TCP sends them again, so the call succeeds, late.
 *
 * The app sees a slow call now and then. Retrying at once makes it worse; a longer timeout hides it.
 *
 * - `every`, `burst`: of every so many packets, so many in a row (but not all) are lost. Counted, so the same each time.
 * - `direction`: which packets: `to-server`, `to-client` or `both`.
 * - `chancePercent`: instead of `every`, by chance; the kernel draws, and takes no seed. 0 means: count.
 * - Seen: status 200, later by one retransmission timeout (at least 200 ms) for each loss that nobody notices.
 * - Source: RFC 6298 (retransmission timer); nft(8), numgen.
 */
export const packetLoss = fault({
  step: 'network',
  name: 'packet-loss',
  summary: ({ burst, chancePercent, direction, every }) =>
    `packet-loss ${direction}: ${chancePercent > 0 ? `${chancePercent} % by chance` : `${burst} of every ${every} packets`}`,
  parameters: {
    every: wholeNumber({ default: 3, min: 2, max: 1_000 }),
    burst: wholeNumber({ default: 1, min: 1, max: 1_000 }),
    direction: oneOf(['to-server', 'to-client', 'both'], { default: 'to-client' }),
    chancePercent: wholeNumber({ default: 0, max: 100 }),
  },
  check: ({ burst, chancePercent, every }, given) => {
    if (burst >= every) return { parameter: 'burst', expected: `fewer packets than every (${every})` }
    const counted = given.every !== undefined || given.burst !== undefined
    if (chancePercent > 0 && counted)
      return { parameter: 'chancePercent', expected: '0, or neither every nor burst: by count or by chance' }
    return undefined
  },
  worlds: ['sealed'],
  needs: ['nft'],
  plan: ({ burst, chancePercent, direction, every }) => {
    const directions = direction === 'both' ? (['to-server', 'to-client'] as const) : [direction]
    const which = chancePercent > 0 ? { chancePercent } : { every, burst }
    return {
      point: 'kernel',
      state: { kind: 'packets', rules: directions.map((each) => ({ direction: each, ...which })) },
    }
  },
})
