import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PartFailure } from '../../../../errors/part-failure.ts'
import { cleanEnvironment } from '../../../environment.ts'
import type { Change, Inside } from '../../../ground/ground.ts'
import type { RunDirectory } from '../../../lifetime/run-directory.ts'
import type { Watchdog } from '../../../lifetime/watchdog.ts'
import { changesIn } from './changes.ts'
import { isBelow, type Mount, parseMounts } from './mounts.ts'
import { devices, type InsidePlan, planInside } from './plan.ts'

const buildScript = fileURLToPath(new URL('./build.sh', import.meta.url))

/** Hundreds of mounts take some 3 ms each, on a machine that does much else. */
const buildMs = 30_000

/**
 * Whoever may mount, or look into any process, could take the inside apart from within: the mounts, and the process that
 * keeps them, belong to the same user namespace. A namespace of their own gives these back to a program, over that alone.
 */
const withheld = ['sys_admin', 'sys_ptrace']

export interface InsideOptions {
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  /** Of the clients' namespaces: a process in them, as the host knows it. */
  readonly keeper: number
  readonly hasAllUsers: boolean
  readonly resolvers: string
  readonly writable: readonly string[]
}

/**
 * The clients' network with a file system in which a write ends with the sandbox, and with processes, host name and
 * System V memory of its own: nothing that is typed there reaches the machine.
 */
export class SealedInside implements Inside {
  readonly enter: Inside['enter']
  readonly refused: string | undefined
  readonly ended: Promise<void>
  readonly #plan: InsidePlan
  readonly #pid: number

  /** @throws PartFailure that says why it cannot be had here. */
  static async build(number: number, options: InsideOptions): Promise<SealedInside> {
    const { run, watchdog, keeper, hasAllUsers, resolvers, writable } = options
    const tree = join(run.path, `inside-${number}`)
    const home = realHome()
    const plan = planInside({
      mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'),
      ownFiles: [join(run.path, 'ca.pem')],
      instead: {
        [resolvers]: '/etc/resolv.conf',
        [join(run.path, 'nsswitch.conf')]: '/etc/nsswitch.conf',
        [join(run.path, 'ca.pem')]: '/etc/ssl/certs/ca-certificates.crt',
      },
      home,
      hasAllUsers,
      writable,
    })
    mkdirSync(tree)
    const planFile = `${tree}.sh`
    writeFileSync(planFile, plan.script)
    const own = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child']
    const child = watchdog.spawn(
      'nsenter',
      [...enterWords(keeper), '--', 'unshare', ...own, 'sh', buildScript, tree, planFile],
      { env: cleanEnvironment({ HOME: home }), stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const { pid, refused } = await whenBuilt(child)
    try {
      expectClosed(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), writable)
    } catch (error) {
      end(child)
      throw error
    }
    return new SealedInside(child, plan, pid, refused)
  }

  private constructor(child: ChildProcess, plan: InsidePlan, pid: number, refused: string) {
    this.#plan = plan
    this.#pid = pid
    this.refused = refused === '' ? undefined : refused
    this.ended = new Promise((resolve) => child.once('close', () => resolve()))
    const without = withheld.map((each) => `-${each}`).join(',')
    const dropped = [`--bounding-set=${without}`, `--inh-caps=${without}`, `--ambient-caps=${without}`]
    this.enter = ['nsenter', [...enterWords(pid), '--ipc', '--uts', '--', 'setpriv', ...dropped, '--']]
  }

  changes(): readonly Change[] {
    return changesIn(`/proc/${this.#pid}/cwd`, `/proc/${this.#pid}/root`, this.#plan)
  }
}

/** None counts as the root folder, which is laid out in any case. */
function realHome(): string {
  const { HOME = '/' } = process.env
  return existsSync(HOME) ? realpathSync(HOME) : '/'
}

function enterWords(pid: number): string[] {
  return ['--target', String(pid), '--user', '--preserve-credentials', '--net', '--mount', '--pid']
}

/** Resolves with what build.sh says; rejects with what it complained of. */
async function whenBuilt(child: ChildProcess): Promise<{ readonly pid: number; readonly refused: string }> {
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2_000)
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const onClose = (code: number | null, signal: string | null) =>
    reject(new Error(complaint.trim().split('\n')[0] || `${signal ?? `exit code ${code}`}`))
  const timer = setTimeout(() => reject(new Error(`no answer within ${buildMs} ms`)), buildMs)
  child.once('error', reject).once('close', onClose)
  child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()))
  try {
    const said = await promise
    const [, pid, refused = ''] = /^(\d+) (.*)\n/.exec(said) ?? []
    if (pid === undefined) throw new Error(`build.sh said ${JSON.stringify(said)}`)
    return { pid: Number(pid), refused }
  } catch (error) {
    end(child)
    const why = (error as Error).message
    throw new PartFailure(`inside: expected a file system of its own, saw it refused: ${why}`)
  } finally {
    clearTimeout(timer)
    child.off('close', onClose)
  }
}

/** With what it has started: nsenter leaves that behind. */
function end({ exitCode, pid, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
}

/**
 * Looked at before anybody enters: nothing of the machine can be written to, but for the folders that are to be.
 * @throws PartFailure with what can.
 */
function expectClosed(mountinfo: string, writable: readonly string[]): void {
  const mounts = parseMounts(mountinfo)
  const own = mounts.find(({ path }) => path === '/')?.device
  const open = mounts.find(
    (mount) =>
      !mount.flags.includes('ro') &&
      mount.device !== own &&
      !isOfInside(mount) &&
      !writable.some((folder) => mount.path === folder || isBelow(mount.path, folder)),
  )
  if (open !== undefined)
    throw new PartFailure(`inside: expected nothing of the machine writable, saw ${open.path} (${open.type})`)
}

/** Of the inside alone, or a device that keeps nothing. */
function isOfInside({ options, path, type }: Mount): boolean {
  if (type === 'overlay') return options.some((option) => /^upperdir=up\/\d+$/.test(option))
  const own: Readonly<Record<string, string>> = {
    '/dev/pts': 'devpts',
    '/proc': 'proc',
    '/proc/sys/net': 'proc',
  }
  return own[path] === type || devices.some((name) => path === `/dev/${name}`)
}
