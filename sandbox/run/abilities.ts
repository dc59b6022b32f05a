import type { Client } from '../clients/common/client.ts'
import type { WorldKind } from '../host/place.ts'
import { inabilityOf, wantedAbilities } from '../language/client-abilities.ts'
import type { Scenario } from '../language/scenario.ts'

/** Why a client cannot make this call here, or cannot meet this fault; undefined when it can. */
export function whyNot(
  client: Client,
  world: WorldKind,
  scenario: Pick<Scenario, 'break' | 'call'>,
): string | undefined {
  if (!client.worlds.includes(world)) return 'only in the sealed world'
  return inabilityOf(client.name, wantedAbilities(scenario)) ?? client.missing()
}
