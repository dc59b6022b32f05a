import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scenario } from '../../sandbox/language/scenario.ts'
import { diagnosisTable } from '../../sandbox/report/tables.ts'
import {
  findScenarioFile,
  loadScenarioFile,
  type ScenarioFile,
} from '../../sandbox/run/file/scenario-file.ts'
import type { ScenarioReport } from '../../sandbox/run/report.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'

// The diagnosis is worked out from observations alone. So a fault under any other name is diagnosed the same,
// and each scenario is diagnosed as the step that it really broke.

let world: World
beforeAll(async () => {
  world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
})
afterAll(() => world.close())

/** The same fault, with everything that names it taken away. */
function renamed(file: ScenarioFile): ScenarioFile {
  const fault = {
    ...file.scenario.break,
    id: 'app.nothing',
    step: 'app',
    summary: '',
    parameters: {},
  } as const
  return { ...file, id: 'renamed', scenario: { ...file.scenario, title: '', break: fault } }
}

/** Of each client: what broke and where it noticed. */
function verdicts(report: ScenarioReport) {
  return report.clients
    .filter(({ skipped }) => skipped === undefined)
    .map(({ client, diagnosis }) => ({
      client,
      broke: diagnosis?.broke,
      noticed: diagnosis?.noticed,
    }))
}

const ids = ['dns-failure', 'latency', 'expired-cert', 'server-error', 'deadlock']

test.each(ids)('%s is diagnosed as its step, whatever its fault is called', async (id) => {
  const file = await loadScenarioFile(findScenarioFile(id))
  const kept = await runScenario(world, file)
  expect(kept.problems).toEqual([])
  const wrong = await runScenario(world, renamed(file))
  const [named, unnamed] = [verdicts(kept), verdicts(wrong)]
  expect(unnamed).toEqual(named)
  // A fault of another step than the diagnosis names is no pass, though every client saw what it was promised.
  expect(wrong.outcome).toBe('mismatch')
  expect(wrong.problems).toHaveLength(named.length)
  for (const problem of wrong.problems)
    expect(problem).toMatch(/expected a diagnosis of 10 app, where the fault is/)
  for (const { broke } of named) expect(broke).toBe(file.scenario.break.step)
})

test('a client that saw something else than usual must be diagnosed, and no other', async () => {
  const run = async (id: string) => await runScenario(world, await loadScenarioFile(findScenarioFile(id)))
  const [broken, unnoticed] = [await run('server-error'), await run('kept-connection-hides-change')]
  const { lines, wrong } = diagnosisTable([broken, unnoticed])
  expect(wrong).toEqual([])
  expect(lines[0]).toMatch(/\| none \|$/)
  expect(lines.at(-1)).toContain('none: nothing differed from its healthy call')
  expect(unnoticed.clients.map(({ diagnosis }) => diagnosis?.broke)).toEqual([undefined, undefined])

  const undiagnosed = broken.clients.map((client) => ({
    ...client,
    diagnosis: { ...client.diagnosis!, broke: undefined },
  }))
  expect(diagnosisTable([{ ...broken, clients: undiagnosed }]).wrong).toHaveLength(undiagnosed.length)
})

test('what happened to an open connection since the last call is part of the call that wanted it', async () => {
  const file = await loadScenarioFile(findScenarioFile('idle-cut-fin'))
  const { clients } = await runScenario(world, file, { wanted: (client) => client === 'https' })
  expect(clients.map(({ diagnosis }) => diagnosis?.because)).toEqual([
    'on the open connection a FIN came that neither side had sent; healthy: everything was handed on',
  ])
})

test('a delay that nobody could notice is no break, whatever is armed', async () => {
  const latency = await loadScenarioFile(findScenarioFile('latency'))
  const plan = {
    point: 'front-wire',
    rules: [{ match: {}, verdict: { kind: 'delay', delayMs: 1 } }],
  } as const
  const scenario = { ...latency.scenario, expect: { https: { status: 200 } } }
  const diagnosed = async (break_: Scenario['break']) =>
    verdicts(await runScenario(world, { ...latency, scenario: { ...scenario, break: break_ } }))
  expect(await diagnosed({ ...latency.scenario.break, plan })).toMatchObject([{ broke: undefined }])
  expect(await diagnosed(latency.scenario.break)).toMatchObject([{ broke: 'network' }])
})
