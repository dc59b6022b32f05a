import { canSeal } from '../support/can-seal.ts'
import { LiveSandbox } from '../support/live-sandbox.ts'
import { drawFor, type Part } from './part.ts'

const atOnceMax = 8
const callsEach = 5

/** Many sandboxes side by side: each is up and healthy, and none notices the others. */
export const parallel: Part = {
  name: 'parallel',
  what: 'sandboxes side by side, all healthy',
  share: 1,
  count: 20,
  async run({ found, numbers, seed, untilMs }) {
    for (const number of numbers) {
      if (performance.now() > untilMs) return
      const draw = drawFor(seed, number)
      const worlds = Array.from({ length: 2 + draw.upTo(atOnceMax - 2) }, () =>
        draw.among(canSeal ? (['sealed', 'portable'] as const) : (['portable'] as const)),
      )
      const started = performance.now()
      const opened = await Promise.allSettled(worlds.map((world) => LiveSandbox.open({ world })))
      const problems = opened.flatMap((each) =>
        each.status === 'rejected' ? [String(each.reason).slice(0, 500)] : [],
      )
      const sandboxes = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      const upMs = Math.round(performance.now() - started)
      const calls = await Promise.all(
        sandboxes.flatMap((sandbox) => Array.from({ length: callsEach }, () => sandbox.call())),
      )
      problems.push(
        ...calls.filter((status) => status !== '200').map((status) => `a healthy call gave ${status}`),
      )
      await Promise.all(sandboxes.map((sandbox) => sandbox.close()))
      found({
        number,
        kind: 'sandboxes',
        inputs: worlds.length,
        problems,
        figures: { 'ms until all are up': upMs },
      })
    }
  },
}
