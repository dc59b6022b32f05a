import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ScenarioReport } from '../../sandbox/run/report.ts'
import { npmRun, root } from '../support/command.ts'

// Every scenario there is, in both worlds: each keeps its promises, none is diagnosed as another step, and none
// takes long.

/** A scenario takes at most this long, or stands below with its reason. */
const tookMsMax = 4_000
/** Calls in which the diagnosis may name two steps, of the pairs in `sandbox/run/diagnosis/pairs.ts`: none needs to. */
const reviewedPairs: readonly string[] = []

const mayTakeLonger: Readonly<Record<string, string>> = {}

/** The reports, and what stands behind them. */
async function run(world: string, ...words: string[]): Promise<[readonly ScenarioReport[], string]> {
  const args = ['scenario', ...words, '--table=diagnoses', `--world=${world}`]
  const { code, stdout, stderr } = await npmRun(args).done
  expect(code, stderr.slice(-6_000)).toBe(0)
  const last = readFileSync(join(root, '.faultpath/last/report.json'), 'utf8')
  return [(JSON.parse(last) as { scenarios: ScenarioReport[] }).scenarios, stdout]
}

test.each(['sealed', 'portable'])(
  'all scenarios pass in the %s world',
  { timeout: 900_000 },
  async (world) => {
    const [reports, table] = await run(world, '--', '--all', '--jobs=3')
    expect(table).toContain('no wrong diagnosis')
    const paired = reports.flatMap(({ clients, id }) =>
      clients.flatMap(({ client, diagnosis }) =>
        diagnosis?.orElse === undefined ? [] : [`${id}, ${client}`],
      ),
    )
    expect(paired).toEqual(reviewedPairs)
    const isSlow = ({ id, tookMs }: ScenarioReport) => tookMs > tookMsMax && !(id in mayTakeLonger)
    // Side by side they wait for each other's processors: a scenario that took long is timed again, alone.
    const late = reports.filter(isSlow).map(({ id }) => id)
    const [alone] = late.length === 0 ? [[]] : await run(world, ...late, '--')
    expect(alone.filter(isSlow).map(({ id, tookMs }) => `${id}: ${Math.round(tookMs)} ms`)).toEqual([])
  },
)
