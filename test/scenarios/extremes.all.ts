import { Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { isIPv6 } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasIpv6 } from '../../sandbox/host/ground/loopback-ground.ts'
import { resolveCall } from '../../sandbox/language/call.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { faultCatalogue } from '../../sandbox/live/faults.ts'
import { meets } from '../../sandbox/machines/table.ts'
import type { Seat } from '../../sandbox/world/seat.ts'
import { World } from '../../sandbox/world/world.ts'
import { variantsOf } from '../support/variants.ts'

// Whatever a parameter may be, no machine crashes or hangs on it: each fault is really armed with the smallest, the
// largest and every word of each parameter, a call runs into it, it is healed, and the next call is as healthy as
// ever. In the portable world, where most faults can act.

/** A call that meets a fault waits no longer than this. */
const brokenMs = 300
/** A healthy one would have come long before. */
const healthyMs = 5_000

let world: World
beforeAll(async () => {
  world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
  await world.up()
})
afterAll(async () => {
  expect(world.bugs).toEqual([])
  expect(world.deaths).toEqual([])
  await world.close()
})

/**
 * As the app puts it together. Its status, or the error's words.
 * @param asked the name to look up, where the fault is about another one than the call's.
 */
async function call(seat: Seat, limitMs: number, asked?: string): Promise<number | string> {
  const { door } = seat
  const { url, method, headers } = door.machines.client.puts(resolveCall(undefined, seat.destination, {}))
  const resolver = new Resolver({ timeout: limitMs, tries: 1 })
  resolver.setServers([door.dnsServer])
  try {
    return await new Promise<number>((resolve, reject) => {
      const sent = request(url, {
        method,
        headers,
        agent: false,
        ca: readFileSync(seat.place.authorityFile),
        signal: AbortSignal.timeout(limitMs),
        lookup: (name, _options, done) => {
          const names = asked ?? name
          const answers = Promise.allSettled([resolver.resolve4(names), resolver.resolve6(names)])
          void answers.then((settled) => {
            const addresses = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
            const error = addresses.length > 0 ? null : new Error(`no address of ${names}`)
            done(
              error,
              addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })),
            )
          })
        },
      })
      sent.once('error', reject)
      sent.once('response', (response) => {
        response.once('error', reject)
        response.once('end', () => resolve(response.statusCode ?? 0))
        response.resume()
      })
      sent.end()
    })
  } catch (error) {
    return String(error)
  } finally {
    resolver.cancel()
  }
}

async function survives(faults: readonly Fault[]): Promise<void> {
  const seat = await world.seat('test', () => {}, { ipv6: hasIpv6() })
  try {
    await seat.open()
    for (const fault of faults) {
      const armed = await world.arm(seat, fault.plan)
      await call(seat, brokenMs, fault.step === 'dns' ? (fault.parameters['name'] as string) : undefined)
      const { fired, text } = await armed.evidence()
      await armed.heal()
      await seat.door.quiet()
      expect([fault.summary, await call(seat, healthyMs)]).toEqual([fault.summary, 200])
      expect([fault.summary, fired >= 0, /undefined|NaN/.test(text)]).toEqual([fault.summary, true, false])
    }
  } finally {
    await seat.close()
  }
}

const able = [...(await faultCatalogue()).values()].filter((definition) => {
  const { needs, worlds } = definition()
  return worlds.includes('portable') && !needs.includes('nft') && (hasIpv6() || !needs.includes('ipv6'))
})
const [alone = [], beside = []] = [true, false].map((shared) =>
  able.filter((definition) => (meets(definition().plan) !== 'each alone') === shared),
)

test.concurrent.each(beside.map((definition) => [definition.id, definition] as const))(
  'after every extreme of %s the next call is healthy',
  (_id, definition) => survives(variantsOf(definition)),
)

test.each(alone.map((definition) => [definition.id, definition] as const))(
  'after every extreme of %s, which all clients share, the next call is healthy',
  (_id, definition) => survives(variantsOf(definition)),
)
