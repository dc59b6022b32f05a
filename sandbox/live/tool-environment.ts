import { trust } from '../clients/common/trust.ts'
import { cleanEnvironment } from '../host/environment.ts'
import type { Seat } from '../world/seat.ts'
import type { World } from '../world/world.ts'

/** Which sandbox the verbs mean that do not say it: the one whose inside they are typed in. */
export const sandboxVariable = 'FAULTPATH_SANDBOX'

/** What a person's own tools need inside: they trust the run's root, psql finds the shop, and the verbs the sandbox. */
export function toolEnvironment(world: World, seat: Seat): Record<string, string> {
  const { user, password, database } = world.database.target
  const { address, ports } = seat.place
  return cleanEnvironment({
    ...trust(seat.place.authorityFile),
    [sandboxVariable]: world.address,
    PGHOST: address,
    PGPORT: String(ports.postgres ?? world.database.target.port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    // psql pages its output: what fits the screen is shown at once.
    LESS: '-FRX',
  })
}
