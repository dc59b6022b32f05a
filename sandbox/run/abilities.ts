import type { Ability, Client } from '../clients/common/client.ts'
import type { WorldKind } from '../host/place.ts'
import { wholeCall } from '../language/call.ts'
import type { Scenario } from '../language/scenario.ts'
import type { Plan } from '../machines/table.ts'

const inability: Record<Ability, string> = {
  warm: 'it keeps no connection from call to call',
  resumed: 'it keeps no TLS session from call to call',
  crl: 'it cannot check a CRL',
  'ocsp-stapling': 'it cannot ask for a stapled OCSP response',
  clientCertificate: 'it cannot be given a client certificate',
  app: 'it only prints: no app of ours uses the data',
  'own-code': 'no code of ours runs in it that could misuse it',
  'own-body': 'no code of ours makes its body',
  page: 'it has no page',
}

/** What a fault in the app takes: without it there is nothing in the client that could break. */
function abilityFor(plan: Plan): Ability | undefined {
  if (plan.point !== 'client') return undefined
  const { state } = plan
  if (state.kind === 'reads') return 'app'
  if (state.kind === 'misuse') return state.how === 'circular-body' ? 'own-body' : 'own-code'
  return state.kind === 'page' && state.policy !== undefined ? 'page' : undefined
}

/** Why a client cannot make this call here, or cannot meet this fault; undefined when it can. */
export function whyNot(
  client: Client,
  world: WorldKind,
  { break: { plan }, call }: Pick<Scenario, 'break' | 'call'>,
): string | undefined {
  if (!client.worlds.includes(world)) return 'only in the sealed world'
  const { clientCertificate, connection, revocationChecking } = wholeCall(call)
  const wanted: readonly (Ability | undefined)[] = [
    connection === 'cold' ? undefined : connection,
    clientCertificate ? 'clientCertificate' : undefined,
    revocationChecking,
    abilityFor(plan),
  ]
  const unable = wanted.find((ability) => ability !== undefined && !client.abilities.includes(ability))
  return unable === undefined ? client.missing() : inability[unable]
}
