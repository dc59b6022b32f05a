import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReadyClient } from '../../../sandbox/clients/common/client.ts'
import { loadClient } from '../../../sandbox/clients/index.ts'
import { nowMs } from '../../../sandbox/host/clock.ts'
import { resolveCall } from '../../../sandbox/language/call.ts'
import type { Breakable } from '../../../sandbox/machines/shared/breakable.ts'
import type { TraceEvent } from '../../../sandbox/machines/shared/trace.ts'
import type { Plan } from '../../../sandbox/machines/table.ts'
import { diagnose } from '../../../sandbox/run/diagnosis/diagnosis.ts'
import type { ObservedCall } from '../../../sandbox/run/diagnosis/observed-call.ts'
import type { Seat } from '../../../sandbox/world/seat.ts'
import { World } from '../../../sandbox/world/world.ts'
import { canSeal } from '../../support/can-seal.ts'

// Packets of several clients cross one kernel, so what it loses of one could be taken for a loss of all.

const hasNft = spawnSync('nft', ['--version']).status === 0

describe.skipIf(!canSeal || !hasNft)('in the sealed world with nft (skipped without either)', () => {
  let world: World
  beforeAll(async () => {
    world = await World.open({ kind: 'sealed', database: {}, onProgress: () => {} })
    await world.up()
  })
  afterAll(() => world.close())

  interface Caller {
    readonly seat: Seat
    readonly client: ReadyClient
    readonly events: TraceEvent[]
  }

  async function arrive(name: 'https' | 'curl'): Promise<Caller> {
    const events: TraceEvent[] = []
    const seat = await world.seat(name, (event) => events.push(event))
    await seat.open()
    const client = (await loadClient(name)).prepare(seat)
    await client.started
    return { seat, client, events }
  }

  async function call({ seat, client, events }: Caller): Promise<ObservedCall> {
    const startedMs = nowMs()
    const resolved = resolveCall({ timeoutMs: 3_500 }, seat.destination, {})
    const symptom = await client.call(resolved, (observation, atMs = nowMs()) =>
      events.push({ ...observation, atMs, door: seat.id }),
    )
    await seat.door.quiet()
    // Another client's call may end at the same moment.
    void world.flush()
    await world.flush()
    const inOrder = events.splice(0).toSorted((one, other) => one.atMs - other.atMs)
    return { startedMs, symptom, events: inOrder, limitsMs: [resolved.timeoutMs] }
  }

  const hasSs = spawnSync('ss', ['-V']).status === 0

  test.skipIf(!hasSs)(
    'healing ends what a client has left behind the filter, which would end much later (skipped without ss)',
    async () => {
      const { client, seat } = await arrive('https')
      const { address } = seat.place
      /** Runs at the client's place; resolves to what it printed. */
      const inside = (command: string, ...args: string[]) => {
        const [enter, words] = seat.place.enter(command, args)
        return spawnSync(enter, words, { encoding: 'utf8' }).stdout
      }
      const left = () => inside('ss', '-Htn', 'state', 'fin-wait-1', 'dst', address)
      const leaver = seat.place.spawn(
        process.execPath,
        [
          '-e',
          `const socket = require('node:net').connect(443, '${address}', () => console.log('open'))
           process.stdin.on('data', () => { socket.write('x'); socket.destroy() })`,
        ],
        { environment: {}, stdio: ['pipe', 'pipe', 'inherit'] },
      )
      await once(leaver.stdout!, 'data')
      const filter = seat.door.point('kernel') as Breakable<Plan>
      const armed = await filter.arm({
        point: 'kernel',
        state: { kind: 'packets', rules: [{ direction: 'to-server' }] },
      })
      leaver.stdin!.write('leave')
      await expect.poll(left).toContain(address)
      await armed.heal()
      expect(left()).toBe('')
      leaver.kill()
      await client.close()
      await seat.close()
    },
  )

  test('a place of both families is filtered over both, with one count, and what it loses is told', async () => {
    const events: TraceEvent[] = []
    const seat = await world.seat('test', (event) => events.push(event), { ipv6: true })
    await seat.open()
    const { address, address6 } = seat.place
    /** What a connection to each comes to, one after the other. */
    const connects = async () => {
      const code = `const { connect } = require('node:net')
        const next = ([host, ...rest]) => host && connect(443, host)
          .on('connect', function () { console.log('open'); this.destroy(); next(rest) })
          .on('error', ({ code }) => { console.log(code); next(rest) })
        next(${JSON.stringify([address6, address, address6])})`
      const [enter, words] = seat.place.enter(process.execPath, ['-e', code])
      return spawnSync(enter, words, { encoding: 'utf8' }).stdout.trim().split('\n')
    }
    const filter = seat.door.point('kernel') as Breakable<Plan>
    expect(await connects()).toEqual(['open', 'open', 'open'])
    const armed = await filter.arm({
      point: 'kernel',
      state: {
        kind: 'packets',
        rules: [{ direction: 'to-server', only: 'syn', first: 2, reject: 'tcp-reset' }],
      },
    })
    expect(await connects()).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'open'])
    expect(await armed.evidence()).toMatchObject({
      fired: 2,
      text: expect.stringContaining('2 packets were turned away, 2 of'),
    })
    await armed.heal()
    expect(await connects()).toEqual(['open', 'open', 'open'])
    await seat.close()
  })

  test('the losses of one client are no losses of another that calls beside it', async () => {
    const loser = await arrive('https')
    const beside = await arrive('curl')
    const healthy = await Promise.all([call(loser), call(beside)])

    const filter = loser.seat.door.point('kernel') as Breakable<Plan>
    const armed = await filter.arm({
      point: 'kernel',
      state: { kind: 'packets', rules: [{ direction: 'to-client', every: 3 }] },
    })
    const broken = await Promise.all([call(loser), call(beside)])
    const again = await call(beside)
    const { fired } = await armed.evidence()
    await armed.heal()
    await Promise.all([loser, beside].map(({ client, seat }) => client.close().then(() => seat.close())))

    // Counted whenever the call of any client ends, so bit by bit.
    const lost = ({ events }: ObservedCall) =>
      events.reduce((sum, event) => sum + (event.machine === 'kernel' ? event.packets : 0), 0)
    expect(fired).toBeGreaterThan(0)
    expect(lost(broken[0])).toBe(fired)
    expect([lost(broken[1]), lost(again)]).toEqual([0, 0])
    expect(diagnose([healthy[0]], broken[0]).broke).toBe('network')
    expect(diagnose([healthy[1]], broken[1]).because).toBe('nothing differs from the healthy call')
  })
})
