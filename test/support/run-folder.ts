import { existsSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { ownerLives } from '../../sandbox/host/lifetime/run-directory.ts'
import { liveRuns, sweep } from '../../sandbox/host/lifetime/sweep.ts'
import { descendants, processesOf, type Running, until } from './command.ts'

/** How long what a run started may live on, once its runner is dead. */
export const goneWithinMs = 2_000

/** The run folder of a started command, once it has one. */
export async function runFolder(command: Running): Promise<string> {
  return await until(`a run folder (so far it said: ${command.output()})`, () => {
    const mine = new Set(descendants(command.pid).map(String))
    return liveRuns().find((folder) => mine.has(basename(folder).split('-')[0] ?? ''))
  })
}

/** Of a run's folder: the process that everything else of the run belongs to. */
export function runnerOf(folder: string): number {
  return Number(basename(folder).split('-')[0])
}

function refuses(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port })
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
}

/** The address that a run has for itself, as its Postgres wrote it down (postmaster.pid, line 6). */
export function addressOf(folder: string): string {
  return (
    readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8')
      .split('\n')[5]
      ?.trim() ?? ''
  )
}

export async function expectGone(folder: string, address: string): Promise<void> {
  const run = basename(folder)
  const since = performance.now()
  await until(`processes of ${run} to end`, () => !ownerLives(run) && processesOf(run).length === 0, 10_000)
  expect(performance.now() - since).toBeLessThan(goneWithinMs)
  for (const port of [8440, 5300, 15432]) expect(await refuses(address, port)).toBe(true)
  await sweep()
  expect(existsSync(folder)).toBe(false)
}

/** The System V shared memory of the Postgres that runs in this folder: line 7 of its pid file ends in its number. */
export function segmentOf(folder: string): string {
  const [, , , , , , line = ''] = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  const [id = ''] = /\d+$/.exec(line) ?? []
  expect(segments()).toContain(id)
  return id
}

/** All that there is on this machine (Linux only): of a dead process it stays until the next boot. */
export function segments(): readonly string[] {
  return segmentsAndMakers().map(({ id }) => id)
}

/** The same, with the process that made each. */
export function segmentsAndMakers(): readonly { readonly id: string; readonly maker: number }[] {
  const [, ...lines] = readFileSync('/proc/sysvipc/shm', 'latin1').trim().split('\n')
  return lines.map((line) => {
    const [, id = '', , , maker] = line.trim().split(/\s+/)
    return { id, maker: Number(maker) }
  })
}
