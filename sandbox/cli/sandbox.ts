import { once } from 'node:events'
import { InvalidInput } from '../invalid-input.ts'
import { didYouMean } from '../nearest.ts'
import { faultCatalogue, readParameters } from '../run/catalogue.ts'
import { Control } from '../run/control.ts'
import { stepNumber } from '../steps.ts'
import type { TraceEvent } from '../world/trace.ts'
import { World } from '../world/world.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { ask } from './control-client.ts'
import { databaseChoice } from './database-choice.ts'
import type { Command } from './main.ts'
import { tryLines } from './try-lines.ts'

const options = {
  sandbox: { type: 'string' },
  'database-url': { type: 'string' },
  'allow-remote-database': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const verbs = ['break', 'heal', 'status', 'trace'] as const

const help = `npm run sandbox                                  everything up and healthy, until Ctrl-C
npm run sandbox break                            all faults and their parameters
npm run sandbox break <fault> [name=value...]    from another terminal: break one step
npm run sandbox heal                             ... undo it
npm run sandbox status                           ... what is up, what is armed, did it fire
npm run sandbox trace                            ... what the parts observed, as JSON
  -- --sandbox=<address>                         which one, when several run
  -- --database-url=<url>                        use this Postgres (a database of its own is created in it)`

/** `npm run sandbox`: the machines, up until Ctrl-C; and the verbs that reach them from another terminal. */
export class SandboxCommand implements Command {
  #opening: Promise<World> | undefined
  #control: Control | undefined

  async run(): Promise<number> {
    const args = readArguments('sandbox', options)
    if (args.flags['help']) {
      process.stdout.write(`${help}\n`)
      return 0
    }
    const [verb, ...words] = args.words
    if (verb === undefined) return await this.#up(args)
    if (verb === 'break' && words.length === 0) return await listFaults()
    return await speak(verb, words, args)
  }

  async #up(args: Arguments): Promise<number> {
    this.#opening = World.open({
      kind: 'portable',
      database: databaseChoice(args),
      onProgress: (line) => process.stderr.write(`${line}\n`),
    })
    const world = await this.#opening
    await world.up()
    const events: TraceEvent[] = []
    const door = await world.openDoor('you', (event) => events.push(event))
    this.#control = await Control.open(world, door, events)
    process.stdout.write(`${tryLines(world, door).join('\n')}\n`)
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
    const { part, detail } = ended.signal.reason as { part: string; detail: string }
    process.stderr.write(`${part}: died (${detail}). Start the sandbox again.\n`)
    return 3
  }

  async close(): Promise<void> {
    await this.#control?.close()
    await (await this.#opening?.catch(() => undefined))?.close()
  }
}

async function speak(verb: string, words: readonly string[], { flags }: Arguments): Promise<number> {
  const which = typeof flags['sandbox'] === 'string' ? flags['sandbox'] : undefined
  switch (verb) {
    case 'break': {
      const [id = '', ...parameters] = words
      const status = await ask(which, 'POST /arm', { id, parameters: readParameters(parameters) })
      return print(statusText(status))
    }
    case 'heal':
    case 'status':
      return print(statusText(await ask(which, verb === 'heal' ? 'POST /heal' : 'GET /status')))
    case 'trace':
      return print(JSON.stringify(await ask(which, 'GET /trace'), undefined, 2))
    default:
      throw new InvalidInput(`npm run sandbox ${verb}`, `unknown word "${verb}".${didYouMean(verb, verbs)}`, {
        next: 'All of them: npm run sandbox -- --help',
      })
  }
}

function statusText(status: unknown): string {
  const { address, pid, world, armed } = status as import('../run/control.ts').SandboxStatus
  const place = `sandbox ${address} (${world}, pid ${pid})`
  return armed === 'healthy'
    ? `${place}: healthy, nothing is broken`
    : `${place}: broken by ${armed.id}\n  ${armed.summary}\n  fired: ${armed.fired}`
}

async function listFaults(): Promise<number> {
  const faults = [...(await faultCatalogue()).values()]
  const width = Math.max(...faults.map(({ id }) => id.length))
  const lines = faults.map(({ id, step, defaults }) => {
    const parameters = Object.entries(defaults).map(([name, value]) => `${name}=${value}`)
    return `${stepNumber(step)} ${step.padEnd(8)}  ${id.padEnd(width)}  ${parameters.join(' ')}`.trimEnd()
  })
  return print([`${'STEP'.padEnd(11)}  ${'FAULT'.padEnd(width)}  PARAMETERS`, ...lines].join('\n'))
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
