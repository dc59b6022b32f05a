import type { Ability, Client } from '../clients/common/client.ts'
import type { Symptom } from '../clients/common/symptom.ts'
import type { WorldKind } from '../language/fault.ts'
import {
  type Call,
  type ClientName,
  type ClientPromise,
  clientNames,
  type Scenario,
} from '../language/scenario.ts'
import { seededUsers } from '../machines/database/shop.ts'
import { describe } from './compare.ts'
import type { ClientReport } from './report.ts'

const inability: Record<Ability, string> = {
  warm: 'it keeps no connection from call to call',
  resumed: 'it keeps no TLS session from call to call',
  crl: 'it cannot check a CRL',
  'ocsp-stapling': 'it cannot ask for a stapled OCSP response',
  clientCertificate: 'it cannot be given a client certificate',
}

/** `all` does not mean these, because their start costs seconds of work. */
const onlyNamed: readonly ClientName[] = ['chromium']

/** Why a client cannot make this call here; undefined when it can. */
export function whyNot(client: Client, world: WorldKind, call: Call = {}): string | undefined {
  if (!client.worlds.includes(world)) return 'only in the sealed world'
  const { clientCertificate, connection = 'cold', revocationChecking } = call
  const wanted = [
    ...(connection === 'cold' ? [] : [connection]),
    ...(clientCertificate === true ? (['clientCertificate'] as const) : []),
    revocationChecking,
  ]
  const unable = wanted.find((ability) => ability !== undefined && !client.abilities.includes(ability))
  return unable === undefined ? client.missing() : inability[unable]
}

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

/** Whether an app with retries tries again: not where it got an answer about its own request, nor where it hangs. */
export function isWorthRetrying({ kind, status = 0 }: Symptom): boolean {
  return kind === 'error' || (kind === 'response' && status >= 500)
}

/** One line for each part of a promise that a client did not keep. */
export function mismatches(id: string, report: ClientReport): string[] {
  const { client, differences = [], symptom, diagnosis } = report
  if (symptom === undefined) return []
  // Of a call that hangs the description says it.
  const took = symptom.kind === 'hangs' ? '' : `, after ${Math.round(symptom.tookMs)} ms`
  const noticed = diagnosis?.noticed === undefined ? '' : ` (noticed at ${diagnosis.noticed})`
  const call = `${describe(symptom)}${took}${noticed}`
  return differences.map(({ field, expected, saw }) =>
    field === 'end'
      ? `scenario ${id}: ${client} expected ${expected}, saw ${call}`
      : `scenario ${id}: ${client} expected ${field} ${expected}, saw ${saw}; the call: ${call}`,
  )
}

/** A healthy call may take as long as this: it is to show that all is well, not how quick a busy machine is. */
const patienceMs = 10_000

/**
 * The call without the clocks that are set to the fault. An open connection keeps them: it was made with them.
 */
export function patient(call: Call = {}): Call {
  if ((call.connection ?? 'cold') !== 'cold') return call
  const { connectTimeoutMs: _, timeoutMs = patienceMs, ...rest } = call
  return { ...rest, timeoutMs: Math.max(timeoutMs, patienceMs) }
}

/** Why a healthy call was not: for `GET /users` 200 and the users that are in Postgres, else any 2xx. */
export function unhealthy(scenario: Scenario, symptom: Symptom): string | undefined {
  const path = scenario.call?.path ?? '/users'
  const request = `${scenario.call?.method ?? 'GET'} ${path}`
  const { status = 0 } = symptom
  if (symptom.kind !== 'response' || status < 200 || status > 299) {
    return `${request} gave ${describe(symptom)}, expected 200`
  }
  if (request !== 'GET /users') return undefined
  const wanted = seededUsers.map((user) => user.name)
  const names = (JSON.parse(symptom.bodyText ?? '{}') as { users?: { name: string }[] }).users?.map(
    (user) => user.name,
  )
  return JSON.stringify(names) === JSON.stringify(wanted)
    ? undefined
    : `${request} gave the users ${JSON.stringify(names)}, expected ${JSON.stringify(wanted)}`
}
