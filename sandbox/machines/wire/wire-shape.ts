import { seededDraw } from '../shared/when.ts'
import type { WireVerdict } from './wire-points.ts'

/** Bytes, and the earliest moment (on the one clock) at which they may be handed on. */
export interface Piece {
  readonly bytes: Buffer
  readonly dueMs: number
  /** At least so long after the bytes before it were handed on, however late they were. */
  readonly gapMs?: number
}

/** What happens to the bytes and the end (FIN or RST) of one direction. Times never go back, so order is kept. */
export interface Shape {
  bytes(chunk: Buffer, arrivedMs: number): Piece[]
  /** When the end may be handed on; undefined means never. */
  end(arrivedMs: number): number | undefined
}

type Verdict<Kind extends WireVerdict['kind']> = Extract<WireVerdict, { kind: Kind }>

/** A throttled direction moves in steps of this length: short against what people notice, long against timers. */
const THROTTLE_STEP_MS = 20

/** Below this a byte that is due later is not late: timers are no finer, and handing on takes as long. */
const LATE_MS = 1

/** The shape a verdict gives to a direction, or undefined when it gives none. `acted` is called when it changes something. */
export function shapeOf(verdict: WireVerdict, acted: () => void): Shape | undefined {
  switch (verdict.kind) {
    case 'delay':
      return delay(verdict, acted)
    case 'throttle':
      return throttle(verdict, acted)
    case 'slice':
      return slice(verdict, acted)
    case 'corrupt':
      return corrupt(verdict, acted)
    case 'forge':
      return forge(verdict, acted)
    case 'swallow-end':
      return lateEnd(() => undefined, acted)
    case 'delay-end':
      return lateEnd((arrivedMs) => arrivedMs + verdict.delayMs, acted)
    case 'reset':
    case 'cut':
    case 'silence':
    case 'forget':
    case 'stall':
    case 'half-cut':
      return undefined
    default:
      return verdict satisfies never
  }
}

function delay(verdict: Verdict<'delay'>, acted: () => void): Shape {
  const { delayMs, jitterMs = 0, distribution = 'uniform', seed = 0 } = verdict
  const draw = seededDraw(seed)
  // Box-Muller; 1 - draw() because the logarithm of 0 is not a number.
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
  const deviation = distribution === 'normal' ? normal : () => 2 * draw() - 1
  let lastMs = 0
  const due = (arrivedMs: number) => {
    lastMs = Math.max(lastMs, arrivedMs + Math.max(0, delayMs + jitterMs * deviation()))
    if (lastMs - arrivedMs >= LATE_MS) acted()
    return lastMs
  }
  return { bytes: (chunk, arrivedMs) => [{ bytes: chunk, dueMs: due(arrivedMs) }], end: due }
}

function throttle({ bytesPerSecond }: Verdict<'throttle'>, acted: () => void): Shape {
  const stepBytes = Math.max(1, Math.floor((bytesPerSecond * THROTTLE_STEP_MS) / 1_000))
  let freeMs = 0
  return {
    bytes: (chunk, arrivedMs) => {
      freeMs = Math.max(freeMs, arrivedMs)
      const pieces = split(chunk, stepBytes).map((bytes) => {
        freeMs += (bytes.length / bytesPerSecond) * 1_000
        return { bytes, dueMs: freeMs }
      })
      if (freeMs - arrivedMs >= LATE_MS) acted()
      return pieces
    },
    end: (arrivedMs) => Math.max(freeMs, arrivedMs),
  }
}

function slice(verdict: Verdict<'slice'>, acted: () => void): Shape {
  return {
    bytes: (chunk, dueMs) => {
      const pieces = split(chunk, verdict.bytes)
      if (pieces.length > 1) acted()
      return pieces.map((bytes) => ({ bytes, dueMs, gapMs: verdict.delayMs }))
    },
    end: (arrivedMs) => arrivedMs,
  }
}

function corrupt(verdict: Verdict<'corrupt'>, acted: () => void): Shape {
  let left = verdict.bytes ?? 1
  return {
    bytes: (chunk, arrivedMs) => {
      if (left > 0) acted()
      const bytes = Buffer.from(chunk)
      for (let index = 0; index < bytes.length && left > 0; index += 1) {
        bytes[index]! ^= verdict.xor
        left -= 1
      }
      return [{ bytes, dueMs: arrivedMs }]
    },
    end: (arrivedMs) => arrivedMs,
  }
}

function forge(verdict: Verdict<'forge'>, acted: () => void): Shape {
  let text = Buffer.from(verdict.text, 'latin1')
  let left = verdict.removeBytes === 'rest' ? Number.POSITIVE_INFINITY : (verdict.removeBytes ?? 0)
  return {
    bytes: (chunk, arrivedMs) => {
      const removed = Math.min(left, chunk.length)
      if (removed > 0 || text.length > 0) acted()
      left -= removed
      const bytes = Buffer.concat([text, chunk.subarray(removed)])
      text = Buffer.alloc(0)
      return [{ bytes, dueMs: arrivedMs }]
    },
    end: (arrivedMs) => arrivedMs,
  }
}

function lateEnd(due: (arrivedMs: number) => number | undefined, acted: () => void): Shape {
  return {
    bytes: (bytes, dueMs) => [{ bytes, dueMs }],
    end: (arrivedMs) => {
      const dueMs = due(arrivedMs)
      if (dueMs === undefined || dueMs - arrivedMs >= LATE_MS) acted()
      return dueMs
    },
  }
}

function split(chunk: Buffer, bytes: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < chunk.length; at += bytes) pieces.push(chunk.subarray(at, at + bytes))
  return pieces
}
