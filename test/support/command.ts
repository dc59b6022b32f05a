import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { liveRuns } from '../../sandbox/host/lifetime/sweep.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** One of the project's commands, as a person starts it: npm, a shell, the runner. */
export interface Running {
  readonly npm: ChildProcess
  readonly pid: number
  readonly output: () => string
  readonly done: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** Starts `npm run <words>` in its own process group, so that ending it cannot end the test. */
export function npmRun(words: readonly string[], environment: Record<string, string> = {}): Running {
  const npm = spawn('npm', ['run', '--silent', ...words], {
    cwd: root,
    detached: true,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  npm.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  npm.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const done = new Promise<Awaited<Running['done']>>((resolve) =>
    npm.once('close', (code) => resolve({ code, stdout, stderr })),
  )
  return { npm, pid: npm.pid!, output: () => stdout + stderr, done }
}

/** Looks until `look` finds something. The bound is for a broken program; a working one ends it at once. */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | false,
  boundMs = 15_000,
): Promise<Found> {
  const deadline = performance.now() + boundMs
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${boundMs} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Process ids below `pid`, children first. Linux only. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended while we looked.
    }
  }
  const below = [pid]
  for (const ancestor of below)
    for (const [child, parent] of parents) if (parent === ancestor) below.push(child)
  return below.slice(1)
}

/** The command line of a process; empty where it has ended. Linux only. */
export function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
  } catch {
    return []
  }
}

/** The Postgres of the run below `pid`, as soon as it lets clients log in. */
export function postgresBelow(pid: number): Promise<number> {
  return until('Postgres to be ready', () => {
    const mine = new Set(descendants(pid).map(String))
    for (const folder of liveRuns()) {
      if (!mine.has(/\/(\d+)-\d+$/.exec(folder)?.[1] ?? '')) continue
      try {
        const lines = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
        if (lines[7]?.trim() === 'ready') return Number(lines[0])
      } catch {
        // Not yet.
      }
    }
    return undefined
  })
}

/** Everything of one run that still lives: marked with its id, working in its folder, or started with its path. */
export function processesOf(run: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const state = readFileSync(`/proc/${name}/stat`, 'utf8')
      if (state.slice(state.lastIndexOf(')') + 2).startsWith('Z')) return false
      const marked = readFileSync(`/proc/${name}/environ`, 'latin1')
        .split('\0')
        .includes(`FAULTPATH_RUN=${run}`)
      // A browser's helpers overwrite their environment.
      const words = readFileSync(`/proc/${name}/cmdline`, 'latin1')
      return marked || words.includes(`/${run}/`) || readlinkSync(`/proc/${name}/cwd`).includes(`/${run}/`)
    } catch {
      return false
    }
  })
}

/** The first process of the Postgres of a run. */
export function postmasterOf({ path }: { readonly path: string }): number {
  return Number(readFileSync(join(path, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}
