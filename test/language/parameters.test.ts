import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import { catalogueLines, faultLines } from '../../sandbox/cli/fault-lines.ts'
import { InvalidInput } from '../../sandbox/errors/invalid-input.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { conditions, stateConditions } from '../../sandbox/language/when.ts'
import { faultCatalogue, findDefinition, readParameters } from '../../sandbox/live/faults.ts'
import { shopPaths } from '../../sandbox/machines/api/shop/shop-routes.ts'
import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'

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
    'network.packetLoss(): every: expected none where chancePercent is 20, saw 3',
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

test.each<[() => unknown, string]>([
  [
    () => network.packetLoss({ first: 2, chancePercent: 0 }),
    'network.packetLoss(): chancePercent: expected none where first is 2, saw 0',
  ],
  [
    () => network.latency({ distribution: 'normal', seed: 3 }),
    'network.latency(): distribution: expected none where jitterMs is 0, saw "normal"\n' +
      'network.latency(): seed: expected none where jitterMs is 0, saw 3',
  ],
  [
    () => tls.expired({ which: 'root', daysAgo: 5 }),
    'tls.expired(): daysAgo: expected none where which is "root", saw 5',
  ],
])('a parameter that means nothing beside the others is refused: %s', (define, message) => {
  expect((attempt(define) as Error).message).toBe(message)
})

test('all that is wrong with the parameters of a fault is told at once', () => {
  const wrong = attempt(() => network.packetLoss({ evry: 3, only: 'x', burst: 0.5 } as never))
  expect((wrong as Error).message.split('\n')).toEqual([
    expect.stringMatching(/^network\.packetLoss\(\): unknown parameter "evry"\. Did you mean "every"\?/),
    'network.packetLoss(): burst: expected a whole number from 1 to 1000, saw 0.5',
    'network.packetLoss(): only: expected one of "all", "data", saw "x"',
  ])
})

/** The words of a printed line, as a shell gives them to the command. */
const typed = (line: string) => line.trim().split(/\s+/)

test('each line of the list of faults is taken as it stands there, and means what the fault alone means', async () => {
  const lines = (await catalogueLines(500)).filter((line) => /^\d\d /.test(line))
  expect(lines).toHaveLength(faults.length)
  for (const line of lines) {
    const [, , id = '', ...words] = typed(line)
    const definition = await findDefinition(id)
    expect(definition(readParameters(words) as never), line).toEqual(definition())
  }
  expect(lines.find((line) => line.includes('tls.cutInHandshake'))).toMatch(/ how=end at=hello$/)
})

test('the parameters of a scenario, as its report has them, are taken together and break the same', async () => {
  const idle = new Set<string>()
  for (const file of listScenarioFiles().values()) {
    const { break: fault } = (await loadScenarioFile(file)).scenario
    const definition = await findDefinition(fault.id)
    expect(definition(fault.parameters), file).toEqual(fault)
    for (const name of definition.idle(fault.parameters).keys()) {
      idle.add(name)
      expect(fault.parameters, file).not.toHaveProperty(name)
      const given = { ...fault.parameters, [name]: v.getDefault(definition.schemas[name] as never) as never }
      expect(() => definition(given), `${file}: ${name}`).toThrow(`${name}: expected none where`)
    }
  }
  expect([...idle].sort()).toEqual(
    ['burst', 'chancePercent', 'daysAgo', 'distribution', 'every', 'flightBytes', 'seed', 'table'].sort(),
  )
})

test('what break <fault> help prints with a value is taken together; the rest says why it has none', async () => {
  for (const [id, words] of [
    ...faults.map(({ id }) => [id, []] as const),
    ['network.packetLoss', ['first=2']],
    ['network.packetLoss', ['chancePercent=20']],
    ['tls.cutInHandshake', ['at=flight']],
  ] as const) {
    const lines = (await faultLines(id, words, 500)).slice(2, -2)
    const values = lines.flatMap((line) => /^ {2}(\S+=\S+) {3,}/.exec(line)?.[1] ?? [])
    const definition = await findDefinition(id)
    const meant = definition(readParameters(words) as never)
    expect(definition(readParameters(values) as never), id).toEqual(meant)
    for (const [name, why] of definition.idle(meant.parameters as never))
      expect(lines.join('\n')).toMatch(new RegExp(`^ {2}${name} {3,}[^;]*; none ${why}$`, 'm'))
  }
})

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

test('a fault in a route may be in any route of the shop, and the alerts are those that end a handshake', () => {
  const inRoutes = faults.filter(({ schemas }) => 'route' in schemas)
  expect(inRoutes.map(({ id }) => id)).toEqual(expect.arrayContaining(['backend.hang', 'backend.crash']))
  for (const define of inRoutes)
    for (const route of shopPaths) expect(define({ route } as never).parameters).toMatchObject({ route })
  const alert = faults.find(({ id }) => id === 'tls.alert')!
  expect(() => alert({ description: 'certificate_required' } as never)).not.toThrow()
  for (const description of ['close_notify', 'user_canceled', 'no_renegotiation'])
    expect(() => alert({ description } as never)).toThrow(/^tls\.alert\(\): description: expected one of/)
})
