import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { InvalidInput } from '../../errors/invalid-input.ts'

/** A file is read at once: longer it waits for something that does not come. */
const importMsMax = 10_000

/**
 * The text of a file.
 * @throws InvalidInput where it cannot be read.
 */
export function readText(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InvalidInput(shown, `expected a file that can be read, saw ${(error as Error).message}`)
  }
}

/** The file to which what happens now goes back, also later: in a timer, or when a promise is rejected. */
export const beingRead = new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<string>()

/** A file waits, right where it is imported, for something that does not come. */
export class NeverRead extends Error {
  override readonly name = 'NeverRead'
}

/**
 * Code that could go on for ever: a loop, a function that calls itself later, or another file with such. A plain scenario
 * has none of it, and is not guarded, which takes 20 ms of another thread.
 */
const endlessCode = /=>|\b(?:(?:for|while|eval|Function|import)\s*\(|do\s*\{|await|function|class)|\)\s*\{/
const otherFile = /\bfrom\s+['"](?!#sandbox)/

/** What all code in this process shares, the runner's too. A file that does not name it does not change it. */
const sharedWords = /\b(?:globalThis|prototype|__proto__|process|console|delete|Object|Reflect)\b/

/** A file changed what the runner itself stands on. */
export class GlobalsChanged extends Error {
  override readonly name = 'GlobalsChanged'

  readonly changed: readonly string[]

  constructor(changed: readonly string[]) {
    super(`expected a file that leaves what is global as it is, saw it change ${changed.join(', ')}`)
    this.changed = changed
  }
}

/**
 * Runs a file, and gives what it exports.
 * @param text the text of it.
 * @throws whatever the file throws; NeverRead where it does not come to its end.
 */
export async function importDefault(file: string, text: string): Promise<unknown> {
  // What a text says is no code.
  const code = text.replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
  if (endlessCode.test(code) || otherFile.test(text)) (await import('./loop-guard.ts')).guardAgainstLoops()
  const restored = sharedWords.test(code) ? (await import('./globals.ts')).keepGlobals() : undefined
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = `expected a file that is read at once, saw it still wait after ${importMsMax / 1_000} s`
    timer = setTimeout(() => reject(new NeverRead(text)), importMsMax)
  })
  let module: { readonly default?: unknown }
  try {
    const imported = beingRead.run(file, () => import(pathToFileURL(file).href))
    module = (await Promise.race([imported, late])) as typeof module
  } catch (error) {
    // Whatever else went wrong followed from what was changed.
    expectUnchanged(restored)
    throw error
  } finally {
    clearTimeout(timer)
  }
  expectUnchanged(restored)
  return module.default
}

function expectUnchanged(restored: (() => readonly string[] | undefined) | undefined): void {
  const changed = restored?.()
  if (changed !== undefined) throw new GlobalsChanged(changed)
}
