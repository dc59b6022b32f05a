import { type Failure, runProperties } from '../support/hostile-inputs.ts'
import type { Part } from './part.ts'

const runs = 20

/** What a person may hand in: none of it is a bug of ours, none hangs, none passes without a report. */
export const inputs: Part = {
  name: 'inputs',
  what: 'scenario files, words, environments and database URLs, changed',
  share: 1,
  count: 50,
  async run({ found, numbers, seed, untilMs }) {
    for (const number of numbers) {
      if (performance.now() > untilMs) return
      const { failures } = await runProperties({ runs, seed: seed * 1_000_003 + number })
      found({ number, kind: 'hostile inputs', inputs: runs, problems: failures.map(told) })
    }
  },
}

function told({ input, stderr, why }: Failure): string {
  return `${why}: ${JSON.stringify(input).slice(0, 1_000)}: ${stderr.slice(-400)}`
}
