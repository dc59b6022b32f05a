import type { ParseArgsOptionsConfig } from 'node:util'
import { InvalidInput, show } from '../errors/invalid-input.ts'
import { didYouMean, distance } from '../errors/nearest.ts'

// An ESM import of node:util reads its every export, which takes 4 ms.
const { parseArgs } = process.getBuiltinModule('node:util')

export interface Arguments {
  /** As it is typed, and as what is wrong with it is placed: `npm run scenario`. */
  readonly command: string
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  /** Which flags stand on the command line itself: npm may pass on others from its own files (`jobs`). */
  readonly given: readonly string[]
}

/**
 * Words and flags of a command line. npm keeps a flag that stands before `--` for itself and passes it on
 * as `npm_config_<flag>`: it counts as given all the same.
 *
 * @throws InvalidInput for a flag that is not known, with the nearest that is; one that stands twice; and one with a
 * value that it does not take, or without one that it takes.
 */
export function readArguments(name: string, options: ParseArgsOptionsConfig): Arguments {
  const command = `npm run ${name}`
  const { tokens } = parseArgs({
    args: process.argv.slice(3),
    options,
    allowPositionals: true,
    // It stops at the first mistake, in words of its own.
    strict: false,
    tokens: true,
  })
  refuseSwallowed(command, Object.keys(options))
  const words: string[] = []
  const own: Record<string, string | boolean> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { inlineValue, name, rawName, value } = token
    const wrong = (problem: string, next?: string) =>
      new InvalidInput(command, `${rawName}: ${problem}`, next === undefined ? {} : { next })
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (option === undefined || rawName !== `--${name}`) throw unknownFlag(command, rawName, options)
    if (Object.hasOwn(own, name)) throw wrong('expected it once, saw it twice')
    if (option.type === 'boolean' && value !== undefined)
      throw wrong(`expected no value behind it, saw ${show(value)}`)
    const isAnotherFlag = inlineValue === false && value?.startsWith('-') === true
    if (option.type === 'string' && (value === undefined || isAnotherFlag))
      throw wrong(`expected a value behind it, saw ${value ?? 'none'}`, `Write it as ${rawName}=<value>`)
    own[name] = value ?? true
  }
  return { command, words, flags: { ...swallowed(options), ...own }, given: Object.keys(own) }
}

function unknownFlag(command: string, flag: string, options: ParseArgsOptionsConfig): InvalidInput {
  const known = Object.keys(options).map((name) => `--${name}`)
  return new InvalidInput(command, `expected a flag that it has, saw ${flag}.${didYouMean(flag, known)}`, {
    next: `All flags: ${command} -- --help`,
  })
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
    throw new InvalidInput(command, `expected a flag that it has, saw --${name}. Did you mean "--${near}"?`, {
      next: `All flags: ${command} -- --help`,
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
