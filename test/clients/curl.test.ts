import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import type { Step } from '../../sandbox/language/steps.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'
import { canSeal } from '../support/can-seal.ts'

// curl tells its stages by times, and leaves that of the connection at 0 until TLS is there too. Where it gives up in
// the handshake it was connected all the same.

const hasCurl = spawnSync('curl', ['--version']).status === 0

describe.skipIf(!canSeal || !hasCurl)('in the sealed world with curl (skipped without either)', () => {
  let world: World
  beforeAll(async () => {
    world = await World.open({ kind: 'sealed', database: {}, onProgress: () => {} })
  })
  afterAll(() => world.close())

  test.each<[string, Fault, Step]>([
    ['no SYN is answered', network.synDrop(), 'network'],
    ['nothing behind the connection is handed on', network.acceptThenSilence(), 'tls'],
    ['the ClientHello is not answered', tls.handshakeStall(), 'tls'],
  ])('where %s it notices at the stage it was in', async (_what, fault, noticed) => {
    const scenario = { title: '', break: fault, call: { timeoutMs: 700 }, expect: { curl: { exit: 99 } } }
    const { clients } = await runScenario(world, { id: 'x', file: 'x.ts', scenario })
    expect(clients.map(({ diagnosis }) => [diagnosis?.broke, diagnosis?.noticed])).toEqual([
      [fault.step, noticed],
    ])
  })
})
