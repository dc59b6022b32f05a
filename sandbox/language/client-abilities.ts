import type { Connection, RevocationChecking } from '../machines/client/resolved-call.ts'
import type { Plan } from '../machines/table.ts'
import { wholeCall } from './call.ts'
import type { ClientName, Scenario } from './scenario.ts'

/**
 * What a call or a fault may want of a client beside the request, and not every client can.
 * - `headersTimeout`, `bodyTimeout`: a limit of its own for the wait until the response's head, for a pause in the body.
 * - `app`: code of ours that uses the data. `own-code`: code of ours around the call, which can misuse the client;
 *   `own-body`: code of ours that makes the body only.
 * - `page`: a page that calls, with rules of its own.
 */
export type Ability =
  | Exclude<Connection, 'cold'>
  | RevocationChecking
  | 'clientCertificate'
  | 'headersTimeout'
  | 'bodyTimeout'
  | 'app'
  | 'own-code'
  | 'own-body'
  | 'page'

/** As the client's own documentation has it; light, so that a scenario file can be judged without the clients. */
export const clientAbilities: Readonly<Record<ClientName, readonly Ability[]>> = {
  fetch: ['app', 'own-code', 'own-body', 'warm', 'clientCertificate', 'headersTimeout', 'bodyTimeout'],
  https: ['app', 'own-code', 'own-body', 'warm', 'resumed', 'crl', 'clientCertificate'],
  curl: ['crl', 'ocsp-stapling', 'clientCertificate'],
  python: ['own-body', 'crl', 'clientCertificate'],
  requests: ['own-body', 'clientCertificate'],
  chromium: ['app', 'page', 'warm'],
}

const inability: Record<Ability, string> = {
  warm: 'it keeps no connection from call to call',
  resumed: 'it keeps no TLS session from call to call',
  crl: 'it cannot check a CRL',
  'ocsp-stapling': 'it cannot ask for a stapled OCSP response',
  clientCertificate: 'it cannot be given a client certificate',
  headersTimeout: "it has no limit of its own for the response's head",
  bodyTimeout: "it has no limit of its own for a pause in the response's body",
  app: 'it only prints: no app of ours uses the data',
  'own-code': 'no code of ours runs in it that could misuse it',
  'own-body': 'no code of ours makes its body',
  page: 'it has no page',
}

/** An ability, and the key of the scenario that wants it. */
export interface Wanted {
  readonly ability: Ability
  readonly path: readonly string[]
}

/** What the broken call takes, in the order of the scenario's keys. */
export function wantedAbilities({ break: { plan }, call }: Pick<Scenario, 'break' | 'call'>): Wanted[] {
  const { bodyTimeoutMs, clientCertificate, connection, headersTimeoutMs, revocationChecking } =
    wholeCall(call)
  const all: readonly (readonly [Ability | undefined, ...path: string[]])[] = [
    [abilityFor(plan), 'break'],
    [headersTimeoutMs === undefined ? undefined : 'headersTimeout', 'call', 'headersTimeoutMs'],
    [bodyTimeoutMs === undefined ? undefined : 'bodyTimeout', 'call', 'bodyTimeoutMs'],
    [connection === 'cold' ? undefined : connection, 'call', 'connection'],
    [revocationChecking, 'call', 'revocationChecking'],
    [clientCertificate ? 'clientCertificate' : undefined, 'call', 'clientCertificate'],
  ]
  return all.flatMap(([ability, ...path]) => (ability === undefined ? [] : [{ ability, path }]))
}

/** What a fault in the app takes: without it there is nothing in the client that could break. */
function abilityFor(plan: Plan): Ability | undefined {
  if (plan.point !== 'client') return undefined
  const { state } = plan
  if (state.kind === 'reads') return 'app'
  if (state.kind === 'misuse') return state.how === 'circular-body' ? 'own-body' : 'own-code'
  return state.kind === 'page' && state.policy !== undefined ? 'page' : undefined
}

/** Why a client cannot do all of that; undefined where it can. */
export function inabilityOf(client: ClientName, wanted: readonly Wanted[]): string | undefined {
  const lacking = wanted.find(({ ability }) => !clientAbilities[client].includes(ability))
  return lacking && inability[lacking.ability]
}
