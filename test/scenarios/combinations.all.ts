import { afterAll, beforeAll, expect, test } from 'vitest'
import { InvalidInput } from '../../sandbox/errors/invalid-input.ts'
import type { Call } from '../../sandbox/language/call.ts'
import type { Fault, FaultDefinition } from '../../sandbox/language/fault.ts'
import type { ClientName } from '../../sandbox/language/scenario.ts'
import { faultCatalogue } from '../../sandbox/live/faults.ts'
import { seededDraw } from '../../sandbox/machines/shared/when.ts'
import type { ScenarioReport } from '../../sandbox/run/report.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'
import { variantsOf } from '../support/variants.ts'

// Whatever is put together, no run names a step that did not break, none is a bug of ours, and none is left with parts
// that died. What each client sees is the matter of the catalogue: here it is promised nothing that it could keep.

const count = Number(process.env['COMBINATIONS'] ?? 300)
const seed = Number(process.env['SEED'] ?? 1)
const perTest = 25

const clients: readonly ClientName[] = ['fetch', 'https', 'curl', 'python', 'requests']
const definitions = [...(await faultCatalogue()).values()]

interface Combination {
  readonly fault: Fault
  readonly call: Call
  readonly client: ClientName
  readonly kind: 'sealed' | 'portable'
}

/** Drawn from the seed and the number alone. */
function combination(number: number): Combination {
  const draw = seededDraw(seed * 100_000 + number)
  const among = <Value>(values: readonly Value[]): Value => values[Math.floor(draw() * values.length)]!
  const kind = among(['sealed', 'portable'] as const)
  for (;;) {
    const fault = among(variantsOf(among(definitions)))
    const withWhen = timed(
      among(definitions.filter(({ id }) => id === fault.id)),
      fault,
      among([0, 0, 0, 1, 2]),
    )
    if (withWhen === undefined) continue
    return {
      fault: withWhen,
      kind,
      client: among(kind === 'sealed' ? clients : clients.slice(0, 2)),
      call: {
        timeoutMs: 1_500,
        retries: among([0, 0, 1, 2]),
        connection: among(['cold', 'cold', 'cold', 'warm']),
      },
    }
  }
}

/** With a condition, where the fault can have it. */
function timed(definition: FaultDefinition, fault: Fault, which: number): Fault | undefined {
  if (which === 0) return fault
  try {
    return definition({ ...fault.parameters, when: which === 1 ? { times: 1 } : { forMs: 400 } } as never)
  } catch (error) {
    if (error instanceof InvalidInput) return undefined
    throw error
  }
}

const worlds: { [Kind in Combination['kind']]?: World } = {}
beforeAll(async () => {
  for (const kind of ['sealed', 'portable'] as const)
    worlds[kind] = await World.open({ kind, database: {}, onProgress: () => {} })
})
afterAll(async () => {
  for (const world of Object.values(worlds)) await world.close()
})

async function run({ call, client, fault, kind }: Combination): Promise<ScenarioReport> {
  const scenario = { title: fault.summary, break: fault, call, expect: { [client]: { status: 299 } } }
  return await runScenario(worlds[kind]!, { id: fault.id, file: `${fault.id}.ts`, scenario })
}

/** A fault that this one call did not come to may not have fired; that is said, and no finding. */
const isSaid = (problem: string) =>
  /expected status 299|expected an end|the fault never fired|needs .* does not have/.test(problem)

/** All that may not differ between two runs: everything but times. */
function findings({ clients: [report], outcome }: ScenarioReport) {
  const { diagnosis, fired, symptom } = report ?? {}
  const { errors, kind, status } = symptom ?? {}
  const met = (fired?.count ?? 0) > 0
  return { outcome, met, broke: diagnosis?.broke, kind, status, error: errors?.[0]?.name }
}

test.each(Array.from({ length: Math.ceil(count / perTest) }, (_, index) => index * perTest))(
  'combinations from %d on',
  { timeout: 300_000 },
  async (from) => {
    for (let number = from; number < Math.min(from + perTest, count); number += 1) {
      const drawn = combination(number)
      const report = await run(drawn)
      const { clients: reports, outcome, problems } = report
      const { client, fault, kind } = drawn
      const place = `seed ${seed}, ${number}: ${kind} ${client} ${fault.id} ${JSON.stringify([fault.parameters, drawn.call])}`
      expect.soft([place, outcome === 'bug' || outcome === 'unhealthy']).toEqual([place, false])
      expect
        .soft([place, problems.filter((problem) => !isSaid(problem) && outcome !== 'skipped')])
        .toEqual([place, []])
      const { broke, orElse } = reports[0]?.diagnosis ?? {}
      expect.soft([place, orElse]).toEqual([place, undefined])
      expect.soft([place, findings(await run(drawn))]).toEqual([place, findings(report)])
      if (outcome === 'mismatch' && broke !== undefined)
        expect.soft([place, broke]).toEqual([place, fault.step])
    }
  },
)
