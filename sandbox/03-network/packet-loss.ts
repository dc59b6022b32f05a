import { fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * Packets are lost on the way. TCP sends them again, so the call succeeds, late.
 *
 * The app sees a slow call now and then. Retrying at once makes it worse; a longer timeout hides it.
 *
 * - `every`, `burst`: of every so many packets, so many in a row (but not all) are lost. Counted, so the same each time.
 * - `first`: instead of `every`, the first so many are lost, and no more. 0 means: `every`.
 * - `only`: `all` packets count, or those that carry `data` (more than 100 bytes).
 * - `direction`: which packets: `to-server`, `to-client` or `both`.
 * - `chancePercent`: instead of counting, by chance; the kernel draws, and takes no seed. 0 means: count.
 * - Seen: status 200. Later by a second where the loss meets the opening of the connection; where nothing behind
 *   the loss arrives, by 200 ms, and twice as long for each repetition that is lost too; else by a round trip.
 * - Source: RFC 6298 (§2.1 first timer, §5.5 doubling), RFC 8985 (loss probe); nft(8), numgen.
 */
export const packetLoss = fault({
  step: 'network',
  name: 'packet-loss',
  summary: ({ burst, chancePercent, direction, every, first, only }) => {
    const counted = first > 0 ? `the first ${first}` : `${burst} of every ${every}`
    const which = chancePercent > 0 ? `${chancePercent} % by chance` : counted
    return `packet-loss ${direction}: ${which}, ${only} packets`
  },
  parameters: {
    every: wholeNumber({ default: 3, min: 2, max: 1_000 }),
    burst: wholeNumber({ default: 1, min: 1, max: 1_000 }),
    first: wholeNumber({ default: 0, max: 1_000 }),
    only: oneOf(['all', 'data'], { default: 'all' }),
    direction: oneOf(['to-server', 'to-client', 'both'], { default: 'to-client' }),
    chancePercent: wholeNumber({ default: 0, max: 100 }),
  },
  check: ({ burst, every }) =>
    burst >= every ? { parameter: 'burst', expected: `fewer packets than every (${every})` } : undefined,
  idle: ({ chancePercent, first }) => {
    if (chancePercent > 0) {
      const why = `where chancePercent is ${chancePercent}`
      return { every: why, burst: why, first: why }
    }
    const why = `where first is ${first}`
    return first > 0 ? { every: why, burst: why, chancePercent: why } : {}
  },
  worlds: ['sealed'],
  needs: ['nft'],
  plan: ({ burst, chancePercent, direction, every, first, only }) => {
    const directions = direction === 'both' ? (['to-server', 'to-client'] as const) : [direction]
    const counted = first > 0 ? { first } : { every, burst }
    const which = {
      ...(only === 'data' ? { largerThanBytes: 100 } : {}),
      ...(chancePercent > 0 ? { chancePercent } : counted),
    }
    return {
      point: 'kernel',
      state: { kind: 'packets', rules: directions.map((each) => ({ direction: each, ...which })) },
    }
  },
})
