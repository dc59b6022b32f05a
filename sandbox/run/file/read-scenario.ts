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
 * Runs a file, and gives what it exports.
 * @throws whatever the file throws; NeverRead where it does not come to its end.
 */
export async function importDefault(file: string): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = `expected a file that is read at once, saw it still wait after ${importMsMax / 1_000} s`
    timer = setTimeout(() => reject(new NeverRead(text)), importMsMax)
  })
  try {
    const imported = beingRead.run(file, () => import(pathToFileURL(file).href))
    const module = (await Promise.race([imported, late])) as { default?: unknown }
    return module.default
  } finally {
    clearTimeout(timer)
  }
}
