import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from '../../sandbox/cli/control-client.ts'
import type { EnteredInside, SandboxStatus } from '../../sandbox/live/control.ts'
import { commandLine, descendants, npmRun, processesOf, type Running, root, until } from './command.ts'
import { runFolder, runnerOf } from './run-folder.ts'

export interface LiveOptions {
  readonly world?: 'sealed' | 'portable'
  /** Behind `npm run sandbox`: `--ipv6`. */
  readonly flags?: readonly string[]
  readonly environment?: Record<string, string>
}

/** What a command printed, and how it ended. */
export interface Printed {
  readonly code: number | null
  readonly output: string
}

const upWithinMs = 60_000

/** A sandbox that stays, as people have it, spoken to from outside alone. Linux only. */
export class LiveSandbox {
  readonly running: Running
  readonly address: string
  readonly folder: string
  #inside: Promise<EnteredInside> | undefined

  static async open({ environment, flags = [], world = 'sealed' }: LiveOptions = {}): Promise<LiveSandbox> {
    // Node reads that file beside its start: a process spawned meanwhile inherits a descriptor of it.
    const withoutFile = { NODE_EXTRA_CA_CERTS: '', ...environment }
    const running = npmRun(['sandbox', '--', `--world=${world}`, ...flags], withoutFile)
    // In a group of its own it would outlive a test that is ended.
    const end = () => process.kill(-running.pid, 'SIGINT')
    process.once('exit', end)
    running.npm.once('close', () => process.off('exit', end))
    try {
      const up = /sandbox (\S+) is up and healthy/
      const look = () => {
        if (running.npm.exitCode !== null) throw new Error(`it ended: ${running.output()}`)
        return up.exec(running.output())?.[1]
      }
      const address = await until('the sandbox to be up', look, upWithinMs)
      return new LiveSandbox(running, address, await runFolder(running))
    } catch (error) {
      process.kill(-running.pid, 'SIGTERM')
      throw error
    }
  }

  private constructor(running: Running, address: string, folder: string) {
    this.running = running
    this.address = address
    this.folder = folder
  }

  get runner(): number {
    return runnerOf(this.folder)
  }

  /** Undefined while there is none. */
  pidOf(part: keyof typeof parts): number | undefined {
    return [...descendants(this.runner)].find((pid) => parts[part](commandLine(pid)))
  }

  get postmaster(): number {
    return Number(readFileSync(join(this.folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
  }

  /** Command lines of all that belongs to it, without arguments. */
  processes(): readonly string[] {
    return processesOf(this.folder.split('/').at(-1) ?? '')
      .map((pid) => commandLine(Number(pid)).join(' ').trim())
      .sort()
  }

  async ask(route: string, body?: unknown): Promise<SandboxStatus> {
    return (await ask(this.#which, { verb: route, route, body })) as SandboxStatus
  }

  /** Asked for once: what was made for the first command serves all. */
  #entered(): Promise<EnteredInside> {
    this.#inside ??= ask(this.#which, {
      verb: 'exec',
      route: 'POST /inside',
      body: { writable: [root] },
    }) as Promise<EnteredInside>
    return this.#inside
  }

  get #which(): { readonly address: string; readonly saidBy: string } {
    return { address: this.address, saidBy: '--sandbox' }
  }

  async arm(id: string, parameters: object = {}): Promise<SandboxStatus> {
    return await this.ask('POST /arm', { id, parameters })
  }

  async heal(): Promise<SandboxStatus> {
    return await this.ask('POST /heal')
  }

  /** Runs a command inside: the sealed world's own commands for a person, without npm. */
  async type(command: string, ...words: readonly string[]): Promise<Printed> {
    const { enter, environment } = await this.#entered()
    return await printed(enter[0], [...enter[1], command, ...words], environment)
  }

  /** Runs a command beside the sandbox, as this user. */
  async outside(command: string, ...words: readonly string[]): Promise<Printed> {
    return await printed(command, words)
  }

  /** The same, to speak with while it runs. */
  async spawn(command: string, ...words: readonly string[]): Promise<ChildProcessWithoutNullStreams> {
    const { enter, environment } = await this.#entered()
    return spawn(enter[0], [...enter[1], command, ...words], { env: environment })
  }

  /** How its tools reach its Postgres: the PG* of the inside. */
  async environment(): Promise<Readonly<Record<string, string>>> {
    return (await this.#entered()).environment
  }

  /** A plain call as people make it: its status. The portable world says itself what to type. */
  async call(): Promise<string> {
    const curl = ['-s', '-o', '/dev/null', '-m', '10', '-w', '%{http_code}']
    const [, line] = /^ {2}curl (--cacert .*)$/m.exec(this.running.output()) ?? []
    if (line !== undefined) return (await this.outside('sh', '-c', `curl "$@" ${line}`, 'sh', ...curl)).output
    return (await this.type('curl', ...curl, 'https://api.example.test/users')).output
  }

  /** Calls until its trace is as long as it gets: what it holds does not grow by that any more. Sealed world only. */
  async fillTrace(): Promise<void> {
    await this.type('curl', '-s', '-o', '/dev/null', 'https://api.example.test/users?[1-2500]')
  }

  async close(): Promise<void> {
    if (this.running.npm.exitCode === null) process.kill(-this.running.pid, 'SIGINT')
    await this.running.done
  }
}

const parts = {
  api: ([, ...words]: readonly string[]) => words.some((word) => word.endsWith('/api/process/main.ts')),
  keeper: ([, ...words]: readonly string[]) =>
    words.some((word) => word.endsWith('/sealed/keeper.ts')) && !words.includes('sh'),
  watchdog: ([, word = '']: readonly string[]) => word.endsWith('/watchdog.sh'),
}

export async function printed(
  command: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Printed> {
  const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
