import fc from 'fast-check'
import { expect, test } from 'vitest'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import { faultLines } from '../../sandbox/cli/fault-lines.ts'
import { InvalidInput } from '../../sandbox/errors/invalid-input.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { conditions, stateConditions } from '../../sandbox/language/when.ts'
import { faultCatalogue, readParameters } from '../../sandbox/live/faults.ts'

// Whatever is given for a parameter, a fault either takes it, and then is plain data, or says at once what is
// wrong with which parameter. Nothing has started by then, so nothing can crash or hang.

const faults = [...(await faultCatalogue()).values()]

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    Number.NaN,
    -1,
    0.5,
    -0,
    Number.POSITIVE_INFINITY,
    1e308,
    2 ** 53,
    null,
    true,
    '',
    '5s',
    [],
    {},
    1n,
  ),
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.anything(),
)

function attempt(define: () => unknown): unknown {
  try {
    return define()
  } catch (error) {
    return error
  }
}

test.each(faults.map((fault) => [fault.id, fault] as const))('%s takes or refuses any value', (id, fault) => {
  for (const name of [...Object.keys(fault.schemas), 'when']) {
    fc.assert(
      fc.property(odd, (value) => {
        const result = attempt(() => fault({ [name]: value } as never))
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(InvalidInput)
          expect(result.message).toMatch(
            new RegExp(`^${id}\\(\\): (${name}(\\.\\w+)?: expected |unknown condition "${name}\\.)`),
          )
        } else {
          const { plan, summary } = result as ReturnType<typeof fault>
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
          expect(summary.replace(fault().summary, '')).not.toMatch(/undefined|NaN|\n/)
        }
      }),
      { numRuns: 60, seed: 1 },
    )
  }
})

test.each(faults.map((fault) => [fault.id, fault] as const))(
  '%s refuses a parameter it does not know',
  (id, fault) => {
    const result = attempt(() => fault({ notAParameter: 1 } as never))
    expect(result).toBeInstanceOf(InvalidInput)
    expect((result as Error).message).toContain(`${id}(): unknown parameter "notAParameter"`)
  },
)

test.each(faults.map((fault) => [fault.id, fault] as const))(
  '%s refuses what every object inherits',
  (id, fault) => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const result = attempt(() => fault(Object.fromEntries([[name, 1]]) as never))
      expect(result).toBeInstanceOf(InvalidInput)
      expect((result as Error).message).toContain(`${id}(): unknown parameter "${name}"`)
    }
  },
)

test.each([
  [
    () => network.packetLoss({ every: 3, burst: 3 }),
    'network.packetLoss(): burst: expected fewer packets than every (3), saw 3',
  ],
  [
    () => network.packetLoss({ every: 3, chancePercent: 20 }),
    'network.packetLoss(): chancePercent: expected 0, or none of first, every and burst: by count or by chance, saw 20',
  ],
  [
    () => tls.cutInHandshake({ flightBytes: 100 }),
    'tls.cutInHandshake(): flightBytes: expected none where at is "hello", saw 100',
  ],
])('parameters that contradict each other are refused, not changed: %s', (define, message) => {
  expect(attempt(define)).toBeInstanceOf(InvalidInput)
  expect((attempt(define) as Error).message).toBe(message)
})

test.each(faults.map((fault) => [fault.id, fault] as const))(
  '%s says of each parameter which values it takes, and a state of what it counts nothing',
  async (id, fault) => {
    const lines = (await faultLines(id, [], 140)).slice(2, -2)
    const named = lines.flatMap((line) => /^ {2}(\S+?)(?:=\S+)? {2,}(?=\S)(?!Invalid)/.exec(line)?.[1] ?? [])
    const { plan } = fault()
    const taken = plan.state === undefined ? conditions : stateConditions
    expect(named).toEqual([...Object.keys(fault.schemas), ...taken.map((name) => `when.${name}`)])
  },
)

test('what belongs together is taken as it is given', () => {
  expect(network.packetLoss({ every: 6, burst: 5 }).plan).toMatchObject({
    state: { rules: [{ every: 6, burst: 5 }] },
  })
  expect(network.packetLoss({ chancePercent: 20 }).plan).toMatchObject({
    state: { rules: [{ chancePercent: 20 }] },
  })
  expect(tls.cutInHandshake({ at: 'flight', flightBytes: 100 }).plan).toMatchObject({
    rules: [{ verdict: { at: 'flight', flightBytes: 100 } }],
  })
})

test('a summary counts one thing as it counts many: "1 day", not "1 days"', () => {
  const ones = faults.flatMap((fault) =>
    Object.keys(fault.schemas).map((name) => attempt(() => fault({ [name]: 1 } as never))),
  )
  const summaries = ones.flatMap((one) => (one instanceof Error ? [] : [(one as Fault).summary]))
  expect(summaries).toContain('expired leaf, ended 1 day ago')
  // One word may stand between; `ms` is a unit, and so is `bytes/s`.
  const plural = /\b1 (?!ms\b)([a-z]+ )?[a-z]*[a-rt-z]s\b(?!\/)/
  expect(summaries.filter((summary) => plural.test(summary))).toEqual([])
})

test('parameters as words: each once, and none is lost on the way', () => {
  expect(readParameters(['sleepMs=5', 'name=a=b'])).toEqual({ sleepMs: 5, name: 'a=b' })
  expect(() => readParameters(['sleepMs=5', 'sleepMs=7'])).toThrow(
    'parameter sleepMs=7: expected sleepMs once, saw it twice',
  )
  expect(() => readParameters(['sleepMs'])).toThrow('expected name=value')
  expect(JSON.stringify(readParameters(['__proto__=1']))).toBe('{"__proto__":1}')
})

test.each(faults.map((fault) => [fault.id, fault] as const))(
  '%s needs no parameter, and its plan is plain data',
  (_id, fault) => {
    const { plan } = fault()
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  },
)
