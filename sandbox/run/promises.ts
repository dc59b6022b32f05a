import type { WorldKind } from '../host/place.ts'
import { onlyNamed } from '../language/client-sight.ts'
import { type ClientName, type ClientPromise, clientNames, type Scenario } from '../language/scenario.ts'

/** The promises that hold in this world, client by client. */
export function promisesOf(scenario: Scenario, world: WorldKind): ReadonlyMap<ClientName, ClientPromise> {
  const promises = new Map<ClientName, ClientPromise>()
  const layers = world === 'portable' ? [scenario.portable, scenario.expect] : [scenario.expect]
  for (const name of clientNames) {
    const promise =
      layers.map((layer) => layer?.[name]).find((found) => found !== undefined) ??
      (onlyNamed.includes(name)
        ? undefined
        : layers.map((layer) => layer?.all).find((found) => found !== undefined))
    if (promise !== undefined) promises.set(name, promise)
  }
  return promises
}
