import { spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root, until } from './command.ts'

export interface Ended {
  readonly code: number | null
  readonly output: string
}

export interface UserOptions {
  /** Of an ordinary user, where the tests run as root. */
  readonly uid?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** A person with a home, a project in it and a sandbox, on a machine whose other files are a folder beside these. */
export class Person {
  /** What the sandbox printed when it was up. */
  readonly said: () => string
  readonly home: string
  readonly project: string
  readonly elsewhere: string
  readonly #scratch: string
  readonly #options: UserOptions
  readonly #end: () => Promise<void>
  readonly address: string

  static async withSandbox(options: UserOptions = {}): Promise<Person> {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'faultpath-inside-')))
    chmodSync(scratch, 0o777)
    const folders = ['home', 'home/project', 'home/project/.git', 'elsewhere'].map((name) =>
      join(scratch, name),
    )
    for (const folder of folders) {
      mkdirSync(folder)
      if (options.uid !== undefined) chownSync(folder, options.uid, options.uid)
    }
    const [home = '', project = '', , elsewhere = ''] = folders
    const run = start(['sandbox', '--', '--world=sealed'], { ...options, cwd: project, home })
    const address = await until(
      'the sandbox',
      () => {
        const [, found] = /sandbox (\S+) is up/.exec(run.output()) ?? []
        if (found === undefined && run.child.exitCode !== null) throw new Error(run.output())
        return found
      },
      60_000,
    )
    const end = async () => {
      const { exitCode, signalCode } = run.child
      if (exitCode === null && signalCode === null) process.kill(-run.child.pid!, 'SIGINT')
      await run.done
    }
    return new Person({ scratch, home, project, elsewhere, options, address, end, said: run.output })
  }

  private constructor(parts: {
    readonly scratch: string
    readonly home: string
    readonly project: string
    readonly elsewhere: string
    readonly options: UserOptions
    readonly address: string
    readonly end: () => Promise<void>
    readonly said: () => string
  }) {
    this.#scratch = parts.scratch
    this.home = parts.home
    this.project = parts.project
    this.elsewhere = parts.elsewhere
    this.#options = parts.options
    this.address = parts.address
    this.#end = parts.end
    this.said = parts.said
  }

  /** Lines of a shell, typed inside. */
  async types(lines: string, { cwd = this.project, flags = [] as readonly string[] } = {}): Promise<Ended> {
    const words = ['exec', '--', `--sandbox=${this.address}`, ...flags, 'sh', '-c', lines]
    return await start(['sandbox', ...words], { ...this.#options, cwd, home: this.home }).done
  }

  /** A file of theirs, as it is outside. */
  writes(path: string, text: string): void {
    const { uid } = this.#options
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    if (uid === undefined) return
    chownSync(path, uid, uid)
    chownSync(dirname(path), uid, uid)
  }

  /** A verb of `npm run sandbox`. */
  async asks(verb: string): Promise<Ended> {
    const words = [verb, '--', `--sandbox=${this.address}`]
    return await start(['sandbox', ...words], { ...this.#options, cwd: this.project, home: this.home }).done
  }

  /** What `npm run sandbox changes` says of a folder, and the names in it. */
  async changesIn(folder: string): Promise<readonly string[]> {
    const { output } = await this.asks('changes')
    return output
      .split('\n')
      .filter((line) => line.includes(`${folder}/`))
      .map((line) => line.replace(`${folder}/`, '').replace(/ +/, ' '))
  }

  async leaves(): Promise<void> {
    await this.#end()
    rmSync(this.#scratch, { recursive: true, force: true })
  }
}

function start(
  words: readonly string[],
  { cwd, home, uid, environment }: UserOptions & { readonly cwd: string; readonly home: string },
) {
  const user = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
  const [command = '', ...rest] = [...user, 'npm', '--prefix', root, 'run', '--silent', ...words]
  const child = spawn(command, rest, {
    cwd,
    detached: true,
    env: {
      ...process.env,
      NO_COLOR: '1',
      HOME: home,
      ...(uid === undefined ? {} : { FAULTPATH_CACHE: join(home, '.cache') }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  const done = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
  return { child, done, output: () => output }
}
