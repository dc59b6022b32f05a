import { once } from 'node:events'
import { InvalidInput, show } from '../errors/invalid-input.ts'
import { didYouMean } from '../errors/nearest.ts'
import type { Change } from '../host/ground/ground.ts'
import { Control, type EnteredInside, type SandboxStatus, traceEventsMax } from '../live/control.ts'
import { readParameters } from '../live/faults.ts'
import { expectHealthy } from '../live/healthy.ts'
import { runningSandboxes } from '../live/running.ts'
import { sandboxVariable } from '../live/tool-environment.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import { missing } from '../run/needs.ts'
import { exitCodes } from '../run/outcome.ts'
import { World, type WorldOptions } from '../world/world.ts'
import { type Arguments, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { ask, type Which } from './control-client.ts'
import { runInside, shellWords, typedIn } from './inside.ts'
import { brokenLines, changesLines, healedLines, statusLines } from './status-lines.ts'
import { tryLines } from './try-lines.ts'
import { databaseChoice, worldChoice } from './world-choice.ts'
import { writableFolders } from './writable-folders.ts'

const options = {
  sandbox: { type: 'string' },
  world: { type: 'string' },
  shell: { type: 'boolean' },
  writable: { type: 'string' },
  ipv6: { type: 'boolean' },
  database: { type: 'string' },
  'database-url': { type: 'string' },
  'allow-remote-database': { type: 'boolean' },
  replace: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const verbs = ['break', 'heal', 'status', 'changes', 'trace', 'exec'] as const

/** `npm run sandbox`: the machines, up until Ctrl-C; and the verbs that reach them from another terminal. */
export class SandboxCommand implements Command {
  #opening: Promise<World> | undefined
  #control: Control | undefined

  async run(): Promise<number> {
    if (process.argv[3] === 'exec') return await execute()
    const args = readArguments('sandbox', options)
    if (args.flags['help']) {
      const { sandboxHelp } = await import('./help.ts')
      return print(sandboxHelp(await columnsHere()))
    }
    const [verb, ...words] = args.words
    if (verb === undefined) {
      expectNoVerbFlag(args)
      expectShellFlag(args)
      return await this.#up(args)
    }
    if (verb === 'break' && (words.length === 0 || words.at(-1) === 'help')) {
      const { catalogueLines, faultLines } = await import('./fault-lines.ts')
      const [id, ...parameters] = words.slice(0, -1)
      const columns = await columnsHere()
      const lines =
        id === undefined ? await catalogueLines(columns) : await faultLines(id, parameters, columns)
      return print(lines.join('\n'))
    }
    return await speak(verb, words, args)
  }

  async #up(args: Arguments): Promise<number> {
    const isShell = args.flags['shell'] === true
    const writable = isShell ? writableFolders(typedIn(), foldersNamed(args.flags)) : []
    this.#opening = World.open({
      ...(isShell ? sealedChoice(args) : worldChoice(args)),
      isEntered: true,
      database: databaseChoice(args),
      onProgress: (line) => process.stderr.write(`${line}\n`),
      isCompared: false,
    })
    const world = await this.#opening
    await world.up()
    const events: TraceEvent[] = []
    const keep = (event: TraceEvent) => {
      events.push(event)
      if (events.length > 2 * traceEventsMax) events.splice(0, traceEventsMax)
    }
    const seat = await world.seat('you', keep, { ipv6: await wantsIpv6(args, world) })
    await seat.open()
    await expectHealthy(seat)
    await world.flush()
    events.length = 0
    this.#control = await Control.open(world, seat, events)
    // Asked once its own is there: of two that start together, one at least sees the other.
    const isAlone = runningSandboxes().length === 1
    process.stdout.write(
      `${(await tryLines(world, seat, { isAlone, writable: isShell ? writable : undefined })).join('\n')}\n`,
    )
    if (isShell) {
      const code = await runInside(await this.#control.inside(writable), shellWords())
      const [death] = world.deaths
      return death === undefined ? code : reportDeath(death)
    }
    const died = setInterval(() => {
      const [death] = world.deaths
      if (death !== undefined) ended.abort(death)
    }, 200)
    const ended = new AbortController()
    try {
      await once(ended.signal, 'abort')
    } finally {
      clearInterval(died)
    }
    return reportDeath(ended.signal.reason as World['deaths'][number])
  }

  async close(): Promise<string | undefined> {
    const healing = this.#control?.close()
    // What cannot be healed any more goes with the sandbox.
    const what = await healing?.then(
      (healed) => healed && `healed ${healed.id}`,
      (error: Error) => `not healed (${error.message})`,
    )
    const world = await this.#opening?.catch(() => undefined)
    await world?.close()
    return world && `sandbox ${world.address}: ${what === undefined ? '' : `${what}, `}everything stopped`
  }
}

/** Flags of the verbs, which a start would ignore without a word. */
function expectNoVerbFlag({ given }: Arguments): void {
  const idle = given.find((flag) => flag === 'sandbox' || flag === 'replace')
  if (idle === undefined) return
  const where = idle === 'replace' ? 'with break' : `with ${verbs.join(', ')}`
  throw new InvalidInput(
    'npm run sandbox',
    `--${idle}: expected it ${where}, saw it where a sandbox is started`,
  )
}

/** A sandbox itself writes nowhere: what is entered does. */
function expectShellFlag({ flags, given }: Arguments): void {
  if (!given.includes('writable') || flags['shell'] === true) return
  throw new InvalidInput('npm run sandbox', '--writable: expected it with --shell or exec, saw neither', {
    next: 'Such as: npm run sandbox exec -- --writable=<folder> <command...>',
  })
}

/** The world in which a shell has an inside. Where it cannot be had, its own words say why. */
function sealedChoice(args: Arguments): Pick<WorldOptions, 'kind' | 'kindReason'> {
  const { kind } = worldChoice(args)
  if (kind === 'portable') {
    throw new InvalidInput(
      'npm run sandbox',
      '--shell: expected the sealed world, saw --world=portable: there is no inside',
      { next: 'Leave out one of the two' },
    )
  }
  return { kind: 'sealed', ...(kind === undefined && { kindReason: 'the shell is inside' }) }
}

/** @throws InvalidInput where the machine has no IPv6. */
async function wantsIpv6({ flags }: Arguments, world: World): Promise<boolean> {
  if (flags['ipv6'] !== true) return false
  const { lacks } = await world.clients()
  if (!lacks.includes('ipv6')) return true
  throw new InvalidInput('npm run sandbox', `--ipv6: expected a machine with IPv6, saw ${missing.ipv6}`)
}

function reportDeath({ part, detail }: World['deaths'][number]): number {
  process.stderr.write(`${part}: died (${detail}). Start the sandbox again.\n`)
  return exitCodes.unhealthy
}

/** `exec` takes all words that follow as they are: their flags are the command's own. Ours stand before it. */
async function execute(): Promise<number> {
  const words = process.argv.slice(4)
  const flags: Record<string, string> = {}
  for (;;) {
    const [typed, flag = '', value = ''] = /^--(sandbox|writable)=(.*)$/s.exec(words[0] ?? '') ?? []
    if (typed === undefined) break
    flags[flag] = value
    words.shift()
  }
  if (words[0] === '--') words.shift()
  if (words.length === 0) {
    throw new InvalidInput('npm run sandbox exec', 'expected a command, saw none', {
      next: 'Such as: npm run sandbox exec -- curl https://api.example.test/users',
    })
  }
  const body = { writable: writableFolders(typedIn(), foldersNamed(flags)) }
  const entered = await ask(sandboxNamed(flags), { verb: 'exec', route: 'POST /inside', body })
  return await runInside(entered as EnteredInside, words)
}

/** As typed, or as npm kept it. */
function foldersNamed(flags: Arguments['flags']): readonly string[] {
  const typed = flags['writable'] ?? process.env['npm_config_writable'] ?? ''
  return typeof typed === 'string' ? typed.split(',').filter(Boolean) : []
}

/** What is typed counts before what the inside of a sandbox says. */
function sandboxNamed(flags: Arguments['flags']): Which | undefined {
  const typed = flags['sandbox'] ?? process.env['npm_config_sandbox']
  if (typeof typed === 'string' && typed !== '') return { address: typed, saidBy: '--sandbox' }
  const inside = process.env[sandboxVariable] ?? ''
  return inside === '' ? undefined : { address: inside, saidBy: sandboxVariable }
}

async function speak(verb: string, words: readonly string[], { flags, given }: Arguments): Promise<number> {
  const which = sandboxNamed(flags)
  const place = `npm run sandbox ${verb}`
  const [extra] = verb === 'break' || !verbs.some((each) => each === verb) ? [] : words
  if (extra !== undefined) throw new InvalidInput(place, `expected no further word, saw ${show(extra)}`)
  const idle = given.find((flag) => flag !== 'sandbox' && (flag !== 'replace' || verb !== 'break'))
  if (idle !== undefined) {
    const where = idle === 'replace' ? 'with break' : 'where a sandbox is started'
    throw new InvalidInput(place, `--${idle}: expected it ${where}, saw it with ${verb}`)
  }
  switch (verb) {
    case 'break': {
      const [id = '', ...parameters] = words
      const replace = flags['replace'] === true
      const body = { id, parameters: readParameters(parameters), replace }
      return await printStatus(await ask(which, { verb, route: 'POST /arm', body }), brokenLines)
    }
    case 'heal':
      return await printStatus(await ask(which, { verb, route: 'POST /heal' }), healedLines)
    case 'status':
      return await printStatus(await ask(which, { verb, route: 'GET /status' }), statusLines)
    case 'changes':
      return print(changesLines((await ask(which, { verb, route: 'GET /changes' })) as Change[]).join('\n'))
    case 'trace':
      return print(JSON.stringify(await ask(which, { verb, route: 'GET /trace' }), undefined, 2))
    default:
      throw new InvalidInput(
        'npm run sandbox',
        `expected one of its verbs (${verbs.join(', ')}), saw ${show(verb)}.${didYouMean(verb, verbs)}`,
        { next: 'What each does: npm run sandbox -- --help' },
      )
  }
}

async function printStatus(
  status: unknown,
  linesOf: (status: SandboxStatus, columns: number) => string[],
): Promise<number> {
  return print(linesOf(status as SandboxStatus, await columnsHere()).join('\n'))
}

/** Of the terminal. Imported here: a sandbox starts without it. */
async function columnsHere(): Promise<number> {
  const { screenOf } = await import('../report/screen.ts')
  return screenOf(process.stdout).columns
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
