import { spawn, spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { ask } from '../../sandbox/cli/control-client.ts'
import type { EnteredInside } from '../../sandbox/live/control.ts'
import type { ScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { canSeal } from './can-seal.ts'
import { npmRun, type Running, root, until } from './command.ts'

/** What the commands of lessons call, and the Debian package that has it. */
const packages: Readonly<Record<string, string>> = {
  bash: 'bash',
  curl: 'curl',
  dig: 'dnsutils',
  nft: 'nftables',
  nstat: 'iproute2',
  openssl: 'openssl',
  psql: 'postgresql-client',
  python3: 'python3',
  ss: 'iproute2',
  strace: 'strace',
}

const sightMsMax = 10_000

/** Why a command of a lesson cannot be typed here, and how to change that; undefined where it can. */
function missingFor(command: string): string | undefined {
  const isThere = (tool: string, ...words: string[]) => spawnSync(tool, words).status === 0
  if (!canSeal) return 'no sealed world here: user namespaces are refused'
  const tools = Object.keys(packages).filter((tool) => new RegExp(`(^|[ |&;(])${tool} `).test(command))
  const missing = ['bash', ...tools].find((tool) => !isThere('sh', '-c', `command -v ${tool}`))
  return missing && `needs ${missing}: apt-get install ${packages[missing]}`
}

/** A sandbox that stays, as a person has it, and a terminal inside it. */
class Sandbox {
  readonly #running: Running
  readonly #which: Parameters<typeof ask>[0]
  /** What commands print while nothing is broken. */
  readonly #healthy = new Map<string, Promise<string>>()
  readonly #inside: EnteredInside

  static async open(flags: readonly string[]): Promise<Sandbox> {
    const running = npmRun(['sandbox', '--', '--world=sealed', ...flags])
    const address = await until(
      'the sandbox',
      () => /sandbox (\S+) is up/.exec(running.output())?.[1],
      30_000,
    )
    const which = { address, saidBy: '--sandbox' }
    const body = { writable: [root] }
    const inside = await ask(which, { verb: 'exec', route: 'POST /inside', body })
    return new Sandbox(running, which, inside as EnteredInside)
  }

  private constructor(running: Running, which: Parameters<typeof ask>[0], inside: EnteredInside) {
    this.#running = running
    this.#which = which
    this.#inside = inside
  }

  type(command: string): Promise<string> {
    const [enter, words] = this.#inside.enter
    return printedBy(enter, [...words, 'bash', '-c', command], this.#inside.environment)
  }

  healthy(command: string): Promise<string> {
    const known = this.#healthy.get(command) ?? this.type(command)
    this.#healthy.set(command, known)
    return known
  }

  /** Typed with the fault of this scenario armed. */
  async broken(command: string, file: ScenarioFile): Promise<string> {
    const { id, parameters } = file.scenario.break
    await ask(this.#which, { verb: 'break', route: 'POST /arm', body: { id, parameters } })
    try {
      return await this.type(command)
    } finally {
      await ask(this.#which, { verb: 'heal', route: 'POST /heal' })
    }
  }

  /** What a sandbox says to whoever wants to arm this fault in it; undefined where it does. */
  async refusal(file: ScenarioFile): Promise<string | undefined> {
    try {
      await this.broken('true', file)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  async close(): Promise<void> {
    process.kill(-this.#running.pid, 'SIGINT')
    await this.#running.done
  }
}

function printedBy(
  command: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: sightMsMax })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (_code, signal) =>
      signal === null ? resolve(printed) : reject(new Error(`not over after ${sightMsMax} ms: ${printed}`)),
    )
  })
}

/** Types what lessons say, in sandboxes that stay open until all are looked at. */
class Sights {
  readonly #sandboxes = new Map<string, Promise<Sandbox>>()
  #otherReport: Promise<string> | undefined

  /** What the command prints with the fault, and without. */
  async look(file: ScenarioFile): Promise<{ readonly broken: string; readonly healthy: string }> {
    const { break: fault, lesson } = file.scenario
    const { rightly, seeIt = '' } = lesson!
    const plain = await this.#sandbox('plain')
    if (seeIt.startsWith('npm run ')) {
      await this.#expectRefused(file)
      if (seeIt !== `npm run scenario ${file.id}`) throw new Error(`the scenario is called ${file.id}`)
      this.#otherReport ??= reportOf('dns-failure')
      return { broken: await reportOf(file.id), healthy: await this.#otherReport }
    }
    if (rightly !== undefined) {
      await this.#expectRefused(file)
      return { broken: await plain.type(seeIt), healthy: await plain.healthy(rightly) }
    }
    const sandbox = fault.needs.includes('ipv6') ? await this.#sandbox('with IPv6', ['--ipv6']) : plain
    const healthy = await sandbox.healthy(seeIt)
    return { healthy, broken: await sandbox.broken(seeIt, file) }
  }

  /** Only what cannot be armed in a sandbox is shown in another way, and the refusal says which. */
  async #expectRefused(file: ScenarioFile): Promise<void> {
    // Nothing is typed in this one: no connection is open that a fault might meet.
    const untouched = await this.#sandbox('untouched')
    const refusal = await untouched.refusal(file)
    if (refusal?.includes('npm run scenario ') !== true)
      throw new Error(
        `break ${file.scenario.break.id}: expected a refusal that names a scenario, saw ${refusal}`,
      )
  }

  #sandbox(name: string, flags: readonly string[] = []): Promise<Sandbox> {
    const opening = this.#sandboxes.get(name) ?? Sandbox.open(flags)
    this.#sandboxes.set(name, opening)
    return opening
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sandboxes.values()].map(async (sandbox) => (await sandbox).close()))
  }
}

/** One test for each of these scenarios: its clue shows while the fault is armed, and not while nothing is broken. */
export function testSights(files: readonly ScenarioFile[]): void {
  const sights = new Sights()
  afterAll(() => sights.close())
  test.for(files.map((file) => [file.id, file] as const))('%s', async ([, file], { skip }) => {
    const { clue = /^/, seeIt = '' } = file.scenario.lesson ?? {}
    const missing = missingFor(seeIt)
    if (missing !== undefined) skip(missing)
    const { broken, healthy } = await sights.look(file)
    expect(broken, `with the fault: ${seeIt}`).toMatch(clue)
    expect(healthy, `when healthy: ${seeIt}`).not.toMatch(clue)
  })
}

async function reportOf(id: string): Promise<string> {
  const { stdout, stderr } = await npmRun(['scenario', id]).done
  return stdout + stderr
}
