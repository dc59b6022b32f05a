import { fileURLToPath } from 'node:url'
import { ExitAsked } from '../../errors/exit-asked.ts'
import { InvalidInput, show } from '../../errors/invalid-input.ts'
import { beingRead, GlobalsChanged, NeverRead } from './read-scenario.ts'
import { shownPath } from './scenario-place.ts'

const own = new URL('../../', import.meta.url).href

/** Where in a person's own file an error came from. */
export interface Frame {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** The innermost call of an error's stack that stands neither in our own files nor in a library. */
export function foreignFrame(error: unknown): Frame | undefined {
  const { stack } = Object(error) as { readonly stack?: unknown }
  for (const frame of String(stack ?? '').split('\n')) {
    const [, url = '', line, column] = /(file:\/\/\S+?):(\d+):(\d+)\)?$/.exec(frame) ?? []
    if (url === '' || url.startsWith(own) || url.includes('/node_modules/')) continue
    return { file: fileURLToPath(url), line: Number(line), column: Number(column) }
  }
  return undefined
}

/** What a file did that ends its run, in words that say what it should do. */
export function sawThrown(error: unknown): string {
  if (error instanceof ExitAsked)
    return `expected a file that leaves the end of the process to the runner, saw ${error.message}`
  if (error instanceof NeverRead || error instanceof GlobalsChanged) return error.message
  const saw = error instanceof Error ? `${error.name}: ${error.message}` : show(error)
  return `expected a file that runs to its end, saw it throw ${saw}`
}

/**
 * What to tell of an error that no call of ours waited for (a timer, a promise), where it came from a scenario file:
 * what the file began says so, or the error's own stack. Undefined where it did not.
 */
export function strayProblem(error: unknown): InvalidInput | undefined {
  const frame = foreignFrame(error)
  const file = beingRead.getStore()
  if (frame === undefined)
    return file === undefined ? undefined : new InvalidInput(shownPath(file), sawThrown(error))
  return new InvalidInput(`${shownPath(frame.file)}:${frame.line}:${frame.column}`, sawThrown(error))
}
