import { setTimeout as pause } from 'node:timers/promises'
import { canSeal } from '../support/can-seal.ts'
import { isRefusal, meet, turns } from '../support/faults-in-turn.ts'
import { anyInspectorPort, heapAfterCollection } from '../support/heap.ts'
import { LiveSandbox } from '../support/live-sandbox.ts'
import { descriptorsOf } from '../support/sockets.ts'
import { drawFor, type Part } from './part.ts'

const everyMs = 1_000
const lookEveryMs = 20_000
/** The first third is left out: what is loaded once is loaded then. */
const settled = 1 / 3
/** Less than this says nothing of a slope. */
const judgedMinutesMin = 20
const heapSlopeMaxBytes = 1_000_000
const descriptorSlopeMax = 2

interface Look {
  readonly atMs: number
  readonly descriptors: number
  readonly heapBytes: number
}

/** A random fault each second, met by calls, in one sandbox; descriptors and memory do not grow. */
export const soak: Part = {
  name: 'soak',
  what: 'a random fault each second; slopes of descriptors and heap',
  share: 3,
  count: 1,
  async run({ found, numbers, seed, untilMs }) {
    if (!canSeal) return
    const all = (await turns()).filter(
      ({ id, isOfOpenConnection }) => !id.startsWith('request.') && !isOfOpenConnection,
    )
    for (const number of numbers) {
      if (performance.now() > untilMs) return
      const draw = drawFor(seed, number)
      const sandbox = await LiveSandbox.open({ environment: anyInspectorPort })
      await sandbox.fillTrace()
      const problems: string[] = []
      const looks: Look[] = []
      let inputs = 0
      const startedMs = performance.now()
      try {
        for (let nextLookMs = startedMs; performance.now() < untilMs; ) {
          const dueMs = performance.now() + everyMs
          const turn = draw.among(all)
          try {
            await sandbox.arm(turn.id, turn.parameters)
            await meet(sandbox, turn, 400)
          } catch (error) {
            if (!isRefusal(error) && !/expected a host name with an IPv6/.test(String(error)))
              problems.push(`${turn.id}: ${error}`)
          }
          await sandbox.heal()
          inputs += 1
          const status = await sandbox.call()
          if (status !== '200')
            problems.push(
              `after ${turn.id} ${JSON.stringify(turn.parameters)}: a healthy call gave ${status}`,
            )
          if (performance.now() >= nextLookMs) {
            nextLookMs = performance.now() + lookEveryMs
            looks.push(await look(sandbox))
          }
          await pause(Math.max(0, dueMs - performance.now()))
        }
      } catch (error) {
        problems.push(`${error}: ${sandbox.running.output().slice(-300)}`)
      }
      const minutes = (performance.now() - startedMs) / 60_000
      const late = looks.slice(Math.floor(looks.length * settled))
      const figures = {
        minutes,
        'descriptors per 10 min': slope(late, ({ descriptors }) => descriptors),
        'heap bytes per 10 min': slope(late, ({ heapBytes }) => heapBytes),
        'last heap bytes': looks.at(-1)?.heapBytes ?? 0,
      }
      if (minutes >= judgedMinutesMin && figures['descriptors per 10 min'] > descriptorSlopeMax)
        problems.push(`descriptors grow by ${figures['descriptors per 10 min']} in 10 min`)
      if (minutes >= judgedMinutesMin && figures['heap bytes per 10 min'] > heapSlopeMaxBytes)
        problems.push(`the heap grows by ${figures['heap bytes per 10 min']} bytes in 10 min`)
      await sandbox.close()
      found({ number, kind: 'random faults', inputs, problems, figures })
    }
  },
}

async function look(sandbox: LiveSandbox): Promise<Look> {
  return {
    atMs: performance.now(),
    heapBytes: await heapAfterCollection(sandbox.runner),
    descriptors: descriptorsOf(sandbox.runner).length,
  }
}

/** How much is added in ten minutes, by the line that fits best. */
function slope(looks: readonly Look[], value: (look: Look) => number): number {
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length
  const [middleMs, middle] = [mean(looks.map(({ atMs }) => atMs)), mean(looks.map(value))]
  const above = looks.reduce((sum, each) => sum + (each.atMs - middleMs) * (value(each) - middle), 0)
  const below = looks.reduce((sum, each) => sum + (each.atMs - middleMs) ** 2, 0)
  return below === 0 ? 0 : (above / below) * 600_000
}
