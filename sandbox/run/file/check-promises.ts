import { show } from '../../errors/invalid-input.ts'
import type { WorldKind } from '../../host/place.ts'
import { type Call, wholeCall } from '../../language/call.ts'
import { inabilityOf, type Wanted, wantedAbilities } from '../../language/client-abilities.ts'
import { clientSights, onlyNamed } from '../../language/client-sight.ts'
import {
  type ClientName,
  clientNames,
  type Expectations,
  type Scenario,
  type Seen,
} from '../../language/scenario.ts'
import { headerName, headerValue, jsonWords } from './check-call.ts'
import { dotted, jsonProblems } from './json-problems.ts'
import type { ScenarioProblem } from './scenario-problem.ts'

type Field = keyof Seen
type Layer = 'expect' | 'portable'

const ofResponse = ['status', 'headers', 'body', 'data'] as const
const ofError = ['name', 'code', 'syscall', 'message'] as const

/** Of this status on an app takes a response for a failure, and makes no data of it. */
const failedStatus = 400

/** What promises are judged with. The call and the fault are given only where they are right. */
interface Promises {
  readonly expect: Expectations
  readonly portable: Expectations
  readonly fault?: Scenario['break']
  readonly call?: Call
}

/**
 * Promises that are right field by field and still can never be kept, or promise nothing.
 * @param isSound whether what stands behind these keys is right by itself; what is not is judged no further.
 */
export function promiseProblems(
  promises: Promises,
  isSound: (...path: readonly string[]) => boolean,
): ScenarioProblem[] {
  const { call, fault } = promises
  // Who cannot call shows nothing.
  const wanted = call === undefined || fault === undefined ? [] : wantedAbilities({ break: fault, call })
  const problems = (['expect', 'portable'] as const).flatMap((layer) =>
    Object.entries(promises[layer]).flatMap(([key, promise]) => {
      if (promise === undefined || typeof promise === 'string' || !isSound(layer, key)) return []
      const clients = standsFor(promises, layer, key as keyof Expectations).filter(
        (name) => inabilityOf(name, wanted) === undefined,
      )
      const members = 'oneOf' in promise ? promise.oneOf : [promise]
      return members.flatMap((seen, index) => {
        const path = [layer, key, ...('oneOf' in promise ? ['oneOf', String(index)] : [])]
        return seenProblems(seen, { path, clients, call })
      })
    }),
  )
  const isWhole = isSound('expect') && isSound('portable')
  return [
    ...(isSound('expect') ? noPromise(promises) : []),
    ...(isWhole ? onlyUnaffected(promises) : []),
    ...idlePromises(promises),
    ...(isWhole ? unablePromises(promises, wanted) : []),
    ...problems,
  ]
}

function noPromise({ expect, portable }: Promises): ScenarioProblem[] {
  const given = [...Object.values(expect), ...Object.values(portable)].filter((each) => each !== undefined)
  if (given.length > 0) return []
  return [{ path: ['expect'], text: 'expect: expected a promise for at least one client, saw none' }]
}

/** Where no client is to meet the fault, nothing can show that it acts. */
function onlyUnaffected(promises: Promises): ScenarioProblem[] {
  const given = (['expect', 'portable'] as const).flatMap((layer) =>
    (Object.keys(promises[layer]) as (keyof Expectations)[])
      .filter((key) => promises[layer][key] !== undefined && standsFor(promises, layer, key).length > 0)
      .map((key) => ({ layer, key, isUnaffected: promises[layer][key] === 'unaffected' })),
  )
  const [first] = given
  if (first === undefined || given.some(({ isUnaffected }) => !isUnaffected)) return []
  return [
    {
      path: [first.layer, first.key],
      text: `${first.layer}.${first.key}: expected a client beside it that meets the fault, saw 'unaffected' for all`,
      next: 'Promise at least one client what the fault does to it',
    },
  ]
}

/** Promises for a client or for a world in which its call can never come about. */
function idlePromises({ fault, portable }: Promises): ScenarioProblem[] {
  if (fault !== undefined && !fault.worlds.includes('portable') && Object.keys(portable).length > 0) {
    const text = `portable: expected none, since ${fault.id} acts in the ${fault.worlds.join()} world only, saw ${show(portable)}`
    return [{ path: ['portable'], text, next: 'Remove it' }]
  }
  const able = clientNames.filter((name) => clientSights[name].worlds.includes('portable'))
  const idle = clientNames.filter((name) => portable[name] !== undefined && !able.includes(name))
  return idle.map((key) => ({
    path: ['portable', key],
    text: `portable.${key}: expected ${able.join(' or ')}, the clients of the portable world, saw ${key}`,
    next: `What it sees in the sealed world is promised by expect.${key}`,
  }))
}

/** What only clients can do that are promised nothing: whoever is promised something would be skipped in every run. */
function unablePromises(promises: Promises, wanted: readonly Wanted[]): ScenarioProblem[] {
  const promised = clientNames.filter((name) =>
    (['expect', 'portable'] as const).some((layer) =>
      (Object.keys(promises[layer]) as (keyof Expectations)[])
        .filter((key) => promises[layer][key] !== undefined)
        .some((key) => standsFor(promises, layer, key).includes(name)),
    ),
  )
  const isUnable = (name: ClientName, some = wanted) => inabilityOf(name, some) !== undefined
  if (promised.length === 0 || !promised.every((name) => isUnable(name))) return []
  // Where each of them lacks another one, it is the last of them that is too much.
  const { path } = wanted.find((each) => promised.every((name) => isUnable(name, [each]))) ?? wanted.at(-1)!
  const able = clientNames.filter((name) => !isUnable(name))
  const which = path[0] === 'break' ? 'that this fault can reach' : 'that can do this'
  const alike = Map.groupBy(promised, (name) => inabilityOf(name, wanted))
  const whys = [...alike].map(([why, names]) => `${names.join(', ')}: ${why}`).join('; ')
  return [
    {
      path,
      text: `${path.join('.')}: expected a promise for a client ${which}, saw ${promised.join(', ')} alone (${whys})`,
      next:
        able.length === 0 ? 'No client can do all of it: leave out a part' : `Those are: ${able.join(', ')}`,
    },
  ]
}

/** The clients that one promise is for. */
function standsFor(
  { expect, fault, portable }: Promises,
  layer: Layer,
  key: keyof Expectations,
): readonly ClientName[] {
  if (key !== 'all') return [key]
  const worlds = layer === 'portable' ? (['portable'] as const) : (fault?.worlds ?? ['sealed', 'portable'])
  const isMeant = (name: ClientName, world: WorldKind) => {
    if (!clientSights[name].worlds.includes(world) || expect[name] !== undefined) return false
    if (world === 'sealed') return true
    return portable[name] === undefined && (layer === 'portable' || portable.all === undefined)
  }
  return clientNames.filter(
    (name) => !onlyNamed.includes(name) && worlds.some((world) => isMeant(name, world)),
  )
}

interface Place {
  readonly path: readonly string[]
  readonly clients: readonly ClientName[]
  /** Undefined where it is not right itself. */
  readonly call: Call | undefined
}

function seenProblems(seen: Seen, place: Place): ScenarioProblem[] {
  const { call, clients, path } = place
  const given = (Object.keys(seen) as Field[]).filter((field) => seen[field] !== undefined)
  const at = (field: Field, problem: string, next?: string): ScenarioProblem => ({
    path: [...path, field],
    text: `${path.join('.')}.${field}: ${problem}`,
    ...(next === undefined ? {} : { next }),
  })
  if (given.length === 0) {
    const text = `${path.join('.')}: expected something that must hold, such as { status: 200 }, saw an empty promise`
    return [{ path, text }]
  }
  const unshown = given.flatMap((field) => {
    const blind = clients.filter((client) => !clientSights[client].fields.includes(field))
    if (blind.length === 0) return []
    const able = clientNames.filter((name) => clientSights[name].fields.includes(field))
    const next = `${field} is seen with ${able.join(', ')}${path.includes('all') ? `; name ${blind.join(' and ')} beside all` : ''}`
    return [at(field, `expected a field that ${blind.join(' and ')} can show, saw ${field}`, next)]
  })
  const attemptsMax = call === undefined ? Number.POSITIVE_INFINITY : wholeCall(call).retries + 1
  const { attempts = 1 } = seen
  const late =
    attempts > attemptsMax
      ? [at('attempts', `expected ${attemptsMax} at most (call.retries, and the first), saw ${attempts}`)]
      : []
  const notJson = (['body', 'data'] as const).flatMap((field) =>
    seen[field] === undefined
      ? []
      : jsonProblems(seen[field]).map(({ path: inner, saw, ...next }) => ({
          path: [...path, field, ...inner],
          text: `${dotted([...path, field, ...inner])}: expected ${jsonWords}, saw ${saw}`,
          ...next,
        })),
  )
  const contradiction = unshown.length === 0 ? contradictionIn(seen, given, clients) : undefined
  return [
    ...unshown,
    ...late,
    ...notJson,
    ...headerProblems(seen, path),
    ...(contradiction === undefined
      ? []
      : [at(contradiction.field, contradiction.problem, contradiction.next)]),
  ]
}

/** Headers that no response can have, and promises that say nothing or the same name twice. */
function headerProblems({ headers }: Seen, path: readonly string[]): ScenarioProblem[] {
  if (headers === undefined) return []
  const place = [...path, 'headers']
  const words = place.join('.')
  const names = Object.keys(headers)
  if (names.length === 0)
    return [
      { path: place, text: `${words}: expected a header at least, such as { 'retry-after': '2' }, saw {}` },
    ]
  return names.flatMap((name, index) => {
    const at = (text: string) => [{ path: [...place, name], text }]
    const value = headers[name]
    const same = names.slice(0, index).find((other) => other.toLowerCase() === name.toLowerCase())
    if (!headerName.test(name)) return at(`${words}: expected the name of a header, saw ${show(name)}`)
    if (same !== undefined) return at(`${words}: expected each header once, saw ${same} and ${name}`)
    if (typeof value !== 'string' || headerValue.test(value)) return []
    return at(`${words}.${name}: expected a value that HTTP carries, saw ${show(value)}`)
  })
}

/** Fields that no one call can show together. */
function contradictionIn(
  seen: Seen,
  given: readonly Field[],
  clients: readonly ClientName[],
): { readonly field: Field; readonly problem: string; readonly next: string } | undefined {
  const { exit, status = 0 } = seen
  const response = ofResponse.find((field) => given.includes(field))
  const error = ofError.find((field) => given.includes(field))
  if (exit === 0 && error !== undefined)
    return {
      field: error,
      problem: `expected none beside exit 0, which is no error, saw ${show(seen[error])}`,
      next: 'Promise the response, or the exit code of the error',
    }
  if (given.includes('data') && (error !== undefined || status >= failedStatus))
    return {
      field: 'data',
      problem: `expected none beside ${error ?? `status ${status}`}: what failed gives the app no data, saw ${show(seen.data)}`,
      next: `Promise one of the two`,
    }
  if (response === undefined) return undefined
  const impossible = ofError.find(
    (field) => given.includes(field) && clients.some((client) => !isShownAfter(client, field, status)),
  )
  if (impossible === undefined) return undefined
  return {
    field: impossible,
    problem: `expected none beside ${response}: with ${clients.join(', ')} a call ends in a response or in an error, saw both`,
    next: 'Promise one of the two; where both happen, in oneOf',
  }
}

/** Of a status that says failure an app makes nothing, so it cannot fail on it. */
function isShownAfter(client: ClientName, field: Field, status: number): boolean {
  const { afterResponse, fields } = clientSights[client]
  return afterResponse.includes(field) && (status < failedStatus || !fields.includes('data'))
}
