import type { RunReport } from '../../sandbox/report/json.ts'
import { canSeal } from '../support/can-seal.ts'
import { npmRun } from '../support/command.ts'
import type { Part } from './part.ts'

/** The whole catalogue, again and again: what fails once in twenty times is found by who runs it once a day. */
export const catalogue: Part = {
  name: 'catalogue',
  what: 'all scenarios, sealed, in three lanes; only where it is asked for',
  share: 1,
  isOnlyNamed: true,
  count: 20,
  async run({ found, numbers, untilMs }) {
    if (!canSeal) return
    for (const number of numbers) {
      if (performance.now() > untilMs) return
      const startedMs = performance.now()
      const words = ['scenario', '--', '--all', '--world=sealed', '--jobs=3', '--report=json']
      const { code, stderr, stdout } = await npmRun(words).done
      // A run that ended before its report has printed none.
      const scenarios = stdout === '' ? [] : (JSON.parse(stdout) as RunReport).scenarios
      const wrong = scenarios.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skipped')
      const problems = wrong.map(({ id, outcome, problems: why }) => `${id}: ${outcome}, ${why.join(', ')}`)
      if (problems.length === 0 && code !== 0) problems.push(`exit code ${code}: ${stderr.slice(-500)}`)
      const figures = { seconds: (performance.now() - startedMs) / 1_000 }
      found({ number, kind: 'all scenarios', inputs: scenarios.length, problems, figures })
    }
  },
}
