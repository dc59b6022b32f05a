import type { ParseArgsOptionsConfig } from 'node:util'
import { InvalidInput } from '../errors/invalid-input.ts'
import { didYouMean, distance } from '../errors/nearest.ts'

// An ESM import of node:util reads its every export, which takes 4 ms.
const { parseArgs } = process.getBuiltinModule('node:util')

export interface Arguments {
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  /** Which flags stand on the command line itself: npm may pass on others from its own files (`jobs`). */
  readonly given: readonly string[]
}

/**
 * Words and flags of a command line. npm keeps a flag that stands before `--` for itself and passes it on
 * as `npm_config_<flag>`: it counts as given all the same.
 *
 * @throws InvalidInput for a flag that is not known, with the nearest that is.
 */
export function readArguments(command: string, options: ParseArgsOptionsConfig): Arguments {
  const known = Object.keys(options).map((name) => `--${name}`)
  const args = process.argv.slice(3)
  for (const arg of args) {
    const flag = arg.split('=')[0] ?? ''
    if (arg.startsWith('--') && arg !== '--' && !known.includes(flag)) {
      throw new InvalidInput(`npm run ${command}`, `unknown flag ${flag}.${didYouMean(flag, known)}`, {
        next: `All flags: npm run ${command} -- --help`,
      })
    }
  }
  refuseSwallowed(command, Object.keys(options))
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const flags = { ...swallowed(options), ...(values as Arguments['flags']) }
    return { words: positionals, flags, given: Object.keys(values) }
  } catch (error) {
    throw new InvalidInput(`npm run ${command}`, (error as Error).message)
  }
}

/**
 * npm keeps an unknown flag as silently as a known one. It keeps its own settings there too, so only what is as good
 * as one of our names counts as a slip: none of npm's own names is that near.
 */
function refuseSwallowed(command: string, known: readonly string[]): void {
  for (const key of Object.keys(process.env)) {
    if (!key.startsWith('npm_config_')) continue
    const name = key.slice('npm_config_'.length).replaceAll('_', '-')
    if (known.includes(name)) continue
    const near = known.find((each) => distance(name, each) <= (each.length < 5 ? 1 : 2) && each.length > 3)
    if (near === undefined) continue
    throw new InvalidInput(`npm run ${command}`, `unknown flag --${name}. Did you mean "--${near}"?`, {
      next: `All flags: npm run ${command} -- --help`,
    })
  }
}

function swallowed(options: ParseArgsOptionsConfig): Record<string, string | boolean> {
  const flags: Record<string, string | boolean> = {}
  for (const [name, { type }] of Object.entries(options)) {
    const value = process.env[`npm_config_${name.replaceAll('-', '_')}`]
    if (value === undefined || value === '') continue
    if (type === 'string') flags[name] = value
    else if (value === 'true') flags[name] = true
  }
  return flags
}
