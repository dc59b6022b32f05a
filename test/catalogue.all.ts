import { expect, test } from 'vitest'
import type { ScenarioReport } from '../sandbox/report/report.ts'
import { npmRun } from './command.ts'

// Every scenario there is, in both worlds: each keeps its promises, and none is diagnosed as another step.

/** A scenario takes at most this long, or stands below with its reason. Four lanes share two cores here. */
const tookMsMax = 10_000

test.each(['sealed', 'portable'])(
  'all scenarios pass in the %s world',
  { timeout: 900_000 },
  async (world) => {
    const words = [
      'scenario',
      '--',
      '--all',
      '--jobs=3',
      '--report=json',
      '--table=diagnoses',
      `--world=${world}`,
    ]
    const { code, stdout, stderr } = await npmRun(words).done
    expect(code, stderr.slice(-6_000)).toBe(0)
    expect(stdout).toContain('no wrong diagnosis')
    const { scenarios } = JSON.parse(stdout.slice(0, stdout.indexOf('\n| broken'))) as {
      scenarios: ScenarioReport[]
    }
    const slow = scenarios
      .filter(({ tookMs }) => tookMs > tookMsMax)
      .map(({ id, tookMs }) => `${id}: ${Math.round(tookMs)} ms`)
    expect(slow).toEqual([])
  },
)
