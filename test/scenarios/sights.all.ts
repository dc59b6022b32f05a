import { afterAll, expect, test } from 'vitest'
import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { missingFor, Sights } from '../support/sights.ts'

// What a lesson says to be typed, typed as it stands there: its clue shows while the fault is armed, and does not show
// while nothing is broken.

const files = await Promise.all([...listScenarioFiles().values()].map(loadScenarioFile))
const sights = new Sights()
afterAll(() => sights.close())

test.for(files.map((file) => [file.id, file] as const))('%s', async ([, file], { skip }) => {
  const { clue = /^/, seeIt = '' } = file.scenario.lesson ?? {}
  const missing = missingFor(seeIt)
  if (missing !== undefined) skip(missing)
  const { broken, healthy } = await sights.look(file)
  expect(broken, `with the fault: ${seeIt}`).toMatch(clue)
  expect(healthy, `when healthy: ${seeIt}`).not.toMatch(clue)
})
