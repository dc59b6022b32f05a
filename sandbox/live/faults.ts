import { isDeepStrictEqual } from 'node:util'
import { InvalidInput, show } from '../errors/invalid-input.ts'
import { didYouMean } from '../errors/nearest.ts'
import type { Fault, FaultDefinition } from '../language/fault.ts'

/** Every fault: `dns.nxdomain` → its definition. Imports all ten steps. */
export async function faultCatalogue(): Promise<ReadonlyMap<string, FaultDefinition>> {
  const faults = new Map<string, FaultDefinition>()
  const catalogue = (await import('../index.ts')) as unknown as Record<string, Record<string, unknown>>
  for (const face of Object.values(catalogue)) {
    for (const entry of Object.values(face)) {
      if (typeof entry === 'function' && 'faultName' in entry) {
        const definition = entry as unknown as FaultDefinition
        faults.set(definition.id, definition)
      }
    }
  }
  return faults
}

/**
 * The fault of an id, with parameters as a person gave them.
 * @throws InvalidInput with the nearest id or parameter.
 */
export async function defineFault(id: string, parameters: Readonly<Record<string, unknown>>): Promise<Fault> {
  return (await findDefinition(id))(parameters)
}

/** @throws InvalidInput with the nearest id. */
export async function findDefinition(id: string): Promise<FaultDefinition> {
  const faults = await faultCatalogue()
  const definition = faults.get(id)
  if (definition === undefined) {
    const near = didYouMean(id, [...faults.keys()])
    throw new InvalidInput(`break ${id}`, `expected the id of a fault, saw none of this name.${near}`, {
      next: 'All of them: npm run sandbox break',
    })
  }
  return definition
}

/** The id of a scenario that breaks this fault, one with the same parameters where there is one. */
export async function scenarioOf({ id, parameters, step }: Fault): Promise<string | undefined> {
  const { listScenarioFiles, loadScenarioFile } = await import('../run/file/scenario-file.ts')
  // A file that is not valid is no help here, and no hindrance.
  const loaded = await Promise.allSettled([...listScenarioFiles(step).values()].map(loadScenarioFile))
  const breaking = loaded
    .filter((each) => each.status === 'fulfilled')
    .map(({ value }) => value)
    .filter(({ scenario }) => scenario.break.id === id)
  const same = breaking.find(({ scenario }) => isDeepStrictEqual(scenario.break.parameters, parameters))
  return (same ?? breaking[0])?.id
}

/**
 * `name=value` words as parameters: a value that reads as JSON (5000, true) is that, anything else is text. A dot
 * leads further in: `when.times=2`.
 * @throws InvalidInput for a word without `=`, and for a name that stands twice.
 */
export function readParameters(words: readonly string[]): Record<string, unknown> {
  const parameters = new Map<string, unknown>()
  const given = new Set<string>()
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1)
      throw new InvalidInput('parameter', `expected name=value, such as sleepMs=3000, saw ${show(word)}`)
    const place = word.slice(0, at)
    if (given.has(place)) throw new InvalidInput(`parameter ${word}`, `expected ${place} once, saw it twice`)
    given.add(place)
    const [name = '', inner] = place.split(/\.(.*)/)
    const value = readValue(word.slice(at + 1))
    parameters.set(name, inner === undefined ? value : { ...Object(parameters.get(name)), [inner]: value })
  }
  return Object.fromEntries(parameters)
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
