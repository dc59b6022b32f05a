import { counted, fault } from '../language/fault.ts'
import { hostName, wholeNumber } from '../language/parameters.ts'

/**
 * The name has several addresses; at the first ones no server listens any more.
 *
 * The app gets its data where its client goes on to the next address. Each dead one costs time.
 *
 * - `name`: the host name with several A records.
 * - `deadCount`: how many dead addresses (127.0.0.251 on) stand before the right one.
 * - Answer: NOERROR, the dead addresses and then the right one; AAAA has none.
 * - Seen: 200. A client that tries only the first address gets `ECONNREFUSED`.
 * - Source: RFC 1123 §2.3 (try every address); RFC 8305 §5.
 */
export const manyAddressesFirstDead = fault({
  step: 'dns',
  name: 'many-addresses-first-dead',
  summary: ({ name, deadCount }) =>
    `${name} has ${counted(deadCount, 'dead address', 'dead addresses')} before the right one`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    deadCount: wholeNumber({ default: 2, min: 1, max: 4 }),
  },
  plan: ({ name, deadCount }) => ({
    point: 'dns',
    rules: [
      {
        match: { name },
        verdict: {
          kind: 'answer',
          records: Array.from({ length: deadCount }, (_, index) => ({
            type: 'A' as const,
            value: `127.0.0.${251 + index}`,
          })),
          includeZone: true,
        },
      },
    ],
  }),
})
