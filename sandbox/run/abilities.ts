import type { Ability, Client } from '../clients/common/client.ts'
import type { WorldKind } from '../host/place.ts'
import { type Call, wholeCall } from '../language/call.ts'

const inability: Record<Ability, string> = {
  warm: 'it keeps no connection from call to call',
  resumed: 'it keeps no TLS session from call to call',
  crl: 'it cannot check a CRL',
  'ocsp-stapling': 'it cannot ask for a stapled OCSP response',
  clientCertificate: 'it cannot be given a client certificate',
}

/** Why a client cannot make this call here; undefined when it can. */
export function whyNot(client: Client, world: WorldKind, call: Call | undefined): string | undefined {
  if (!client.worlds.includes(world)) return 'only in the sealed world'
  const { clientCertificate, connection, revocationChecking } = wholeCall(call)
  const wanted: readonly (Ability | undefined)[] = [
    connection === 'cold' ? undefined : connection,
    clientCertificate ? 'clientCertificate' : undefined,
    revocationChecking,
  ]
  const unable = wanted.find((ability) => ability !== undefined && !client.abilities.includes(ability))
  return unable === undefined ? client.missing() : inability[unable]
}
