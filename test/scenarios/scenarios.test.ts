import { expect, test } from 'vitest'
import type { Plan } from '../../sandbox/machines/table.ts'
import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { npmRun } from '../support/command.ts'

// A sample of the catalogue: the fewest scenarios, in the order of the journey, that meet every verdict and every
// state of every machine. `npm run test:all` runs all of them, in both worlds.

/** `front-wire rule reset`, `database state slow-table`. */
function features(plan: Plan): string[] {
  const {
    point,
    rules = [],
    state,
  } = plan as {
    readonly point: string
    readonly rules?: readonly { readonly verdict: { readonly kind: string } }[]
    readonly state?: { readonly kind: string }
  }
  const verdicts = rules.map(({ verdict }) => `${point} rule ${verdict.kind}`)
  return [...verdicts, ...(state === undefined ? [] : [`${point} state ${state.kind}`])]
}

async function sample(): Promise<string[]> {
  const met = new Set<string>()
  const ids: string[] = []
  for (const [id, file] of listScenarioFiles()) {
    const { scenario } = await loadScenarioFile(file)
    const unmet = features(scenario.break.plan).filter((feature) => !met.has(feature))
    if (unmet.length === 0) continue
    for (const feature of unmet) met.add(feature)
    ids.push(id)
  }
  return ids
}

test('a scenario for every verdict and state keeps its promises, and is diagnosed right', {
  timeout: 240_000,
}, async () => {
  const ids = await sample()
  const { code, stdout, stderr } = await npmRun(['scenario', ...ids, '--', '--jobs=2', '--table=diagnoses'])
    .done
  expect(code, stderr.slice(-4_000)).toBe(0)
  expect(stdout).toContain('no wrong diagnosis')
})
