import { type ChildProcess, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cacheDirectory } from '../../../sandbox/host/lifetime/cache.ts'
import { RunDirectory } from '../../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../../sandbox/host/lifetime/watchdog.ts'
import { SealedGround } from '../../../sandbox/host/worlds/sealed/sealed-ground.ts'
import type { Wire } from '../../../sandbox/machines/wire/wire.ts'
import { canSeal } from '../../support/can-seal.ts'
import { openWire } from './wire-bench.ts'

// Clients go on connecting while a port changes. Each must meet what the port is, before or after: a connection that is
// served, or what the fault says; never a third thing from in between.

const hasNft = spawnSync('nft', ['--version']).status === 0

const ports = [443, 444, 445, 446]

/** Connects to each port again and again until it is told to stop, and once more; then says how its connections went. */
const connector = `
  const { connect } = require('node:net')
  const seen = {}
  let goesOn = true
  const once = (port) => new Promise((resolve) => {
    let said = 'hung'
    const socket = connect({ port, host: process.argv[1] })
    let timer = setTimeout(() => socket.destroy(), Number(process.argv[2]))
    socket.on('connect', () => {
      clearTimeout(timer)
      timer = setTimeout(() => socket.destroy(), 5000)
      said = 'never served'
      socket.end('GET')
    })
    socket.on('data', () => { said = 'served' })
    socket.on('error', (error) => { said = error.code })
    socket.on('close', () => { clearTimeout(timer); seen[said] = (seen[said] ?? 0) + 1; resolve() })
  })
  const loop = async (port) => {
    while (goesOn) await once(port)
    await once(port)
  }
  process.stdin.on('end', () => { goesOn = false }).resume()
  Promise.all(process.argv.slice(3).map(Number).map(loop)).then(() => console.log(JSON.stringify(seen)))
  console.log('goes')
`

describe.skipIf(!canSeal)('in the sealed world (skipped without it)', () => {
  let run: RunDirectory
  let watchdog: Watchdog
  let ground: SealedGround
  let address: string
  let wires: Wire[] = []

  beforeAll(async () => {
    run = RunDirectory.create()
    watchdog = Watchdog.start(run)
    const compileCache = join(cacheDirectory(), 'compile')
    ground = await SealedGround.enter('', { run, watchdog, compileCache, onDeath: () => {} })
    address = ground.addressOf(0, false).address
  })
  afterAll(async () => {
    await ground.close()
    await watchdog.close()
  })
  beforeEach(async () => {
    wires = await Promise.all(ports.map((port) => openWire({ ground, address, port })))
  })
  afterEach(() => Promise.all(wires.map((wire) => wire.close())))

  /** What connections met that were made while `change` was brought about, each once. */
  async function met(patienceMs: number, change: () => Promise<unknown>): Promise<string[]> {
    const args = ['-e', connector, address, String(patienceMs), ...ports.map(String)]
    const child: ChildProcess = ground.spawn(address, process.execPath, args, {
      environment: {},
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let said = ''
    const goes = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        resolve()
      })
    })
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
    await goes
    await change()
    child.stdin?.end()
    await closed
    return Object.keys(JSON.parse(said.replace('goes\n', '')) as object).sort()
  }

  test('a port that is closed and opened again refuses or serves: nothing else takes a connection', async () => {
    const seen = await met(5_000, async () => {
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(wires.map((wire) => wire.arm({ state: { kind: 'closed' } })))
        expect((await wires[0]!.evidence()).fired).toBe(1)
        await Promise.all(wires.map((wire) => wire.heal()))
      }
    })
    // What waits to be accepted when a listener closes is reset by the kernel.
    expect(['ECONNREFUSED', 'ECONNRESET', 'served']).toEqual(expect.arrayContaining(seen))
    expect(seen).toContain('served')
  })

  test.skipIf(!hasNft)(
    'a port that stops to answer never refuses, before or after (skipped without nft)',
    async () => {
      const seen = await met(20, async () => {
        for (let round = 0; round < 5; round += 1) {
          await Promise.all(wires.map((wire) => wire.arm({ state: { kind: 'backlog-full' } })))
          expect((await wires[0]!.evidence()).text).toMatch(/nft counter/)
          await Promise.all(wires.map((wire) => wire.heal()))
        }
      })
      expect(seen).toEqual(['hung', 'served'])
    },
  )
})
