import { expect, test } from 'vitest'
import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { npmRun } from '../support/command.ts'

// A sample of the catalogue: in the order of the journey, the first scenario that breaks each point of each machine.
// What each verdict and state does is shown beside its machine; `npm run test:all` runs every scenario, in both worlds.

async function sample(): Promise<string[]> {
  const met = new Set<string>()
  const ids: string[] = []
  for (const [id, file] of listScenarioFiles()) {
    const { point } = (await loadScenarioFile(file)).scenario.break.plan
    if (met.has(point)) continue
    met.add(point)
    ids.push(id)
  }
  return ids
}

test('a scenario for every point keeps its promises, and is diagnosed right', {
  timeout: 240_000,
}, async () => {
  const ids = await sample()
  const { code, stdout, stderr } = await npmRun(['scenario', ...ids, '--', '--jobs=2', '--table=diagnoses'])
    .done
  expect(code, stderr.slice(-4_000)).toBe(0)
  expect(stdout).toContain('no wrong diagnosis')
})
