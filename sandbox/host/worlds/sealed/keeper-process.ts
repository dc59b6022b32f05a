import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PartFailure } from '../../../errors/part-failure.ts'
import { cleanEnvironment, nodeFlags } from '../../environment.ts'
import { findCommand } from '../../find-command.ts'
import type { PacketCounts } from '../../ground/kernel.ts'
import { InTurn } from '../../in-turn.ts'
import type { RunDirectory } from '../../lifetime/run-directory.ts'
import type { Watchdog } from '../../lifetime/watchdog.ts'
import { Questions } from '../../questions.ts'
import type { FromKeeper, ToKeeper } from './messages.ts'

const enterScript = fileURLToPath(new URL('./enter.sh', import.meta.url))
const allUsersScript = fileURLToPath(new URL('./all-users.sh', import.meta.url))
const keeperEntry = fileURLToPath(new URL('./keeper.ts', import.meta.url))

/** Entering takes some 50 ms; a kernel that does not answer for this long will not. */
const enterMs = 5_000

/** The keeper may still be coming up, on a host that does much else. */
const answerMs = 15_000

type Request = ToKeeper extends infer Message
  ? Message extends unknown
    ? Omit<Message, 'id'>
    : never
  : never

interface Answer {
  readonly value?: string | number | PacketCounts
  readonly handle?: unknown
}

/** What enter.sh says. */
interface Entered {
  /** The keeper, as the host knows it: a process that enters the namespaces names it. */
  readonly pid: number
  readonly hasNft: boolean
  readonly hasIpv6: boolean
}

export interface KeeperOptions {
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  readonly compileCache: string
  /** People enter: to root every user's files are to be inside what they are outside. Takes 5 ms more. */
  readonly isEntered?: boolean | undefined
  /** Called when it ends after the namespaces were there; every client in them has ended with it. */
  readonly onDeath: (detail: string) => void
}

/** The process that keeps the clients' namespaces and opens sockets in them, as the runner sees it. */
export class KeeperProcess {
  readonly entered: Entered
  /** Not only this user exists inside. */
  readonly hasAllUsers: boolean
  readonly #child: ChildProcess
  readonly #questions = new Questions<Answer>()
  readonly #sockets = new InTurn()

  /**
   * Makes the namespaces. Resolves when they can be entered, while the keeper still comes up.
   * @throws Error that says why they cannot be had here.
   */
  static async enter(options: KeeperOptions): Promise<KeeperProcess> {
    const { run, watchdog, compileCache, isEntered = false, onDeath } = options
    const hasAllUsers = isEntered && mayMapUsers()
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child']
    const unshare = hasAllUsers
      ? ['sh', allUsersScript, ...namespaces]
      : ['unshare', '--user', '--map-root-user', ...namespaces]
    const keeper = [process.execPath, ...nodeFlags, keeperEntry]
    const [command = '', ...words] = [...unshare, 'sh', enterScript, run.path, ...keeper]
    const child = watchdog.spawn(command, words, {
      env: cleanEnvironment({ NODE_COMPILE_CACHE: compileCache }),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-2_000)
    })
    const keeperProcess = new KeeperProcess(
      child,
      await whenEntered(child, () => lastLine(said)),
      hasAllUsers,
    )
    child.once('close', (code, signal) => {
      const detail = describeEnd(signal ?? `exit code ${code}`, said)
      keeperProcess.#questions.end(new PartFailure(`sealed world: its keeper ended (${detail})`))
      onDeath(detail)
    })
    return keeperProcess
  }

  private constructor(child: ChildProcess, entered: Entered, hasAllUsers: boolean) {
    this.#child = child
    this.entered = entered
    this.hasAllUsers = hasAllUsers
    child.on('message', (message: FromKeeper, handle: unknown) => this.#receive(message, handle))
  }

  /** @throws PartFailure when it has ended, or stays silent; Error with what went wrong inside. */
  ask(request: Request): Promise<Answer> {
    const silence = () =>
      new PartFailure(`sealed world: its keeper has not answered for ${answerMs / 1_000} s`)
    const send = (id: number) =>
      this.#child.send({ ...request, id }, (error: NodeJS.ErrnoException | null) => {
        // A channel that the other end has closed: why is known as soon as the process is gone.
        if (error !== null && error.code !== 'EPIPE' && error.code !== 'ERR_IPC_CHANNEL_CLOSED')
          this.#questions.fail(id, error)
      })
    return this.#questions.ask(send, answerMs, silence)
  }

  /**
   * Asks for a socket, one after the other: Node sends the next only when the one before has arrived, and meanwhile the
   * keeper would accept what comes in.
   */
  askForSocket(request: Request): Promise<Answer> {
    return this.#sockets.do(() => this.ask(request))
  }

  /** Ends the namespaces with everything that runs in them. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.#child.once('close', () => resolve()))
    this.#child.kill('SIGKILL')
    await gone
  }

  #receive(message: FromKeeper, handle: unknown): void {
    if (message.kind === 'failed') {
      const { code, id, isRefused, message: text } = message
      this.#questions.fail(id, Object.assign(isRefused ? new PartFailure(text) : new Error(text), { code }))
    } else {
      const { value } = message
      this.#questions.answer(message.id, { handle, ...(value === undefined ? {} : { value }) })
    }
  }
}

/** Whether this process may say which users exist in a namespace that it makes (user_namespaces(7)). */
function mayMapUsers(): boolean {
  if (process.getuid?.() !== 0 || findCommand('setpriv') === undefined) return false
  const [, held = '0'] = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  // capabilities(7): SETGID 6, SETUID 7, and for root itself SETFCAP 31.
  const needed = (1n << 6n) | (1n << 7n) | (1n << 31n)
  return (BigInt(`0x${held}`) & needed) === needed
}

/** Resolves with what enter.sh says; rejects with what it complained of. */
function whenEntered(child: ChildProcess, complaint: () => string): Promise<Entered> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new PartFailure(why))
    }
    const timer = setTimeout(refuse, enterMs, `no answer within ${enterMs} ms`)
    child.once('error', (error: NodeJS.ErrnoException) =>
      refuse(error.code === 'ENOENT' ? 'unshare is not installed (package util-linux)' : error.message),
    )
    child.once('close', (code) => refuse(complaint() || `exit code ${code}`))
    child.stdout?.once('data', (chunk: Buffer) => {
      const [pid = '', ...has] = chunk.toString().trim().split(' ')
      if (!/^\d+$/.test(pid)) return refuse(`enter.sh: expected a process id, saw ${chunk.toString().trim()}`)
      clearTimeout(timer)
      resolve({ pid: Number(pid), hasNft: has.includes('nft'), hasIpv6: has.includes('ipv6') })
    })
  })
}

/** Where a signal ended its child, unshare (util-linux 2.38) stumbles over that signal and ends with 1. */
function describeEnd(end: string, said: string): string {
  if (/^unshare: sigprocmask unblock failed/m.test(said)) return 'killed'
  const why = said.split('\n').find((line) => /Error\b/.test(line)) ?? lastLine(said)
  return why === '' ? end : `${end}: ${why}`
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
