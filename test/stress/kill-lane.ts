/**
 * One lane of the kills, alone in namespaces of its own: reads numbers from its standard input, and answers each with a
 * line of JSON. usage: node kill-lane.ts <seed>
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { commandLine, descendants, npmRun, type Running } from '../support/command.ts'
import { printed } from '../support/live-sandbox.ts'
import { goneWithinMs, segments } from '../support/run-folder.ts'
import { drawFor, type Found } from './part.ts'

const seed = Number(process.argv[2])
/** What survives the loss of one of its processes is ended as by Ctrl-C, after so long. */
const mayLiveOnMs = 1_000
const endsWithinMs = 20_000
/** What a killed run left among the files goes with the next start, tried after so many. */
const startAgainEvery = 5

const commands = [
  ['sandbox', '--', '--world=sealed'],
  ['sandbox', '--', '--world=portable'],
  ['scenario', 'dns-failure', 'slow-query', 'server-crash', '--', '--world=sealed'],
  ['scenario', 'dns-failure', 'slow-query', 'server-crash', '--', '--world=portable'],
]

/** By the words of their command lines. */
const targets: Readonly<Record<string, (words: string, pid: number, npm: number) => boolean>> = {
  npm: (_words, pid, npm) => pid === npm,
  runner: (words) =>
    /sandbox\/cli\/main\.mjs (sandbox|scenario)/.test(words) && !/^(npm|sh|\/bin\/sh) /.test(words),
  keeper: (words) => /^\S*node .*\/sealed\/keeper\.ts/.test(words),
  namespaces: (words) => words.startsWith('unshare --user'),
  watchdog: (words) => /\/watchdog\.sh /.test(words),
  api: (words) => /\/api\/process\/main\.ts/.test(words),
  postgres: (words) => /\/bin\/postgres -D /.test(words),
  client: (words) => /^(nsenter|curl|python3?) |\/clients\/node\/main\.ts/.test(words),
}

async function attempt(number: number): Promise<Omit<Found, 'number'>> {
  const draw = drawFor(seed, number)
  const words = draw.among(commands)
  const signal = draw.among(['SIGKILL', 'SIGTERM'] as const)
  const isEarly = draw.isChance(0.15)
  const target = isEarly ? 'npm' : draw.among(Object.keys(targets))
  const afterMs = draw.upTo(isEarly ? 100 : 3_000)
  const mountsBefore = mounts()
  const command = npmRun(words)
  await pause(afterMs)
  const hit = await killed(command, target, signal, isEarly)
  const world = words.at(-1)?.replace('--world=', '')
  const kind = `${isEarly ? "npm's first 100 ms" : target}, ${signal}, ${world}`
  const problems = [...(await ended(command)), ...(await left(mountsBefore))]
  if (number % startAgainEvery === 0) problems.push(...(await foldersLeft()))
  return {
    kind: hit ? kind : `${target} not there`,
    inputs: hit ? 1 : 0,
    problems: problems.map((each) => `${kind}, ${afterMs} ms: ${each}`),
  }
}

/** Whether there was one. What is not there yet is waited for a little. */
async function killed(
  command: Running,
  target: string,
  signal: NodeJS.Signals,
  isEarly: boolean,
): Promise<boolean> {
  const deadline = performance.now() + (isEarly ? 0 : 2_000)
  do {
    const all = [command.pid, ...descendants(command.pid)]
    // Of npm's own tree in its first moments, any one.
    const found = all.find((pid) => isEarly || targets[target]!(commandLine(pid).join(' '), pid, command.pid))
    if (found !== undefined && command.npm.exitCode === null) {
      try {
        process.kill(found, signal)
        return true
      } catch {
        // It ended meanwhile.
      }
    }
    await pause(20)
  } while (performance.now() < deadline)
  return false
}

/** Resolves when the command has ended: by itself, or as by Ctrl-C. */
async function ended(command: Running): Promise<readonly string[]> {
  const done = command.done.then(() => true)
  const after = (ms: number) => pause(ms, false, { ref: false })
  // npm may be dead, and what it started holds its pipes.
  if (await Promise.race([done, after(mayLiveOnMs)])) return exitProblems(await command.done)
  if (alive().length === 0) return []
  try {
    process.kill(-command.pid, 'SIGINT')
  } catch {
    // The whole group is gone.
  }
  const deadline = performance.now() + endsWithinMs
  while (performance.now() < deadline) {
    if (alive().length === 0) return []
    await pause(20)
  }
  const hanging = alive().map((pid) => commandLine(pid).join(' ').slice(0, 120))
  for (const pid of alive()) process.kill(pid, 'SIGKILL')
  return [`did not end within ${endsWithinMs} ms: ${hanging.join(' | ')}`]
}

function exitProblems({ code, stderr, stdout }: Awaited<Running['done']>): readonly string[] {
  return code === 70 ? [`exit 70: ${(stdout + stderr).slice(-300)}`] : []
}

/** What is there after 2 s at the latest, beside this lane itself. */
async function left(mountsBefore: string): Promise<string[]> {
  const deadline = performance.now() + goneWithinMs
  for (;;) {
    const found = [
      ...alive().map((pid) => `process ${commandLine(pid).join(' ').slice(0, 120)}`),
      ...(await sockets()).map((line) => `socket ${line}`),
      ...(await linesOf('nft', 'list', 'tables')).map((line) => `packet filter ${line}`),
      ...segments().map((id) => `System V segment ${id}`),
      ...(mounts() === mountsBefore ? [] : ['mounts']),
    ]
    if (found.length === 0 || performance.now() > deadline) return found
    await pause(50)
  }
}

/** Every process in here that lives, but the lane's own. */
function alive(): readonly number[] {
  const own = [1, process.pid]
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!/^\d+$/.test(name) || own.includes(pid)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z') ? [] : [pid]
    } catch {
      return []
    }
  })
}

/** After the next start. */
async function foldersLeft(): Promise<readonly string[]> {
  const { code } = await npmRun(['scenario', 'dns-failure', '--', '--world=portable', '--client=fetch']).done
  const runs = readdirSync('/dev/shm').flatMap((name) =>
    name.startsWith('faultpath-') ? readdirSync(`/dev/shm/${name}`).map((run) => `${name}/${run}`) : [],
  )
  const temporary = readdirSync('/dev/shm/tmp').filter((name) => name.startsWith('faultpath'))
  return [
    ...(code === 0 ? [] : [`the next start ended with ${code}`]),
    ...[...runs, ...temporary].map((path) => `directory ${path}`),
  ]
}

/** Without pairs that have no name: they are the look's own, and go with who has them. */
async function sockets(): Promise<readonly string[]> {
  const lines = await linesOf('ss', '-Htuxan', 'exclude', 'time-wait')
  return lines
    .map((line) => line.replaceAll(/\s+/g, ' '))
    .filter((line) => !/^u_str \S+ \d+ \d+ \* \d+ \* \d+/.test(line))
}

function mounts(): string {
  return readFileSync('/proc/self/mounts', 'utf8')
}

async function linesOf(command: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { output } = await printed(command, words).catch(() => ({ output: '' }))
  return output.split('\n').filter((line) => line !== '')
}

for await (const line of createInterface(process.stdin))
  console.log(JSON.stringify(await attempt(Number(line))))
