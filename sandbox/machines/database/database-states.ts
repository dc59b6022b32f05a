import { type Armed, armedAt, type Breakable } from '../shared/breakable.ts'
import { BackendKilledArming } from './backend-killed.ts'
import { BackendStoppedArming } from './backend-stopped.ts'
import type { Database } from './database.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { DatabaseNeed, DatabasePlan, DatabaseState, StateOf } from './database-points.ts'
import { DeadlockArming } from './deadlock.ts'
import { FrozenArming } from './frozen.ts'
import { PostmasterKilledArming } from './postmaster-killed.ts'
import { SessionTerminatedArming } from './session-terminated.ts'
import { ShutDownArming } from './shut-down.ts'
import { SlowTableArming } from './slow-table.ts'

interface Kind<State extends DatabaseState> {
  readonly needs: readonly DatabaseNeed[]
  readonly Arming: new (state: State, parts: DatabaseParts) => DatabaseArming
}

/** How each kind of state is armed. */
const kinds: { readonly [Name in DatabaseState['kind']]: Kind<StateOf<Name>> } = {
  'slow-table': { needs: ['sql'], Arming: SlowTableArming },
  deadlock: { needs: ['superuser'], Arming: DeadlockArming },
  'session-terminated': { needs: ['superuser'], Arming: SessionTerminatedArming },
  'backend-killed': { needs: ['superuser', 'process', 'files'], Arming: BackendKilledArming },
  'backend-stopped': { needs: ['superuser', 'process'], Arming: BackendStoppedArming },
  'shut-down': { needs: ['superuser', 'process'], Arming: ShutDownArming },
  'postmaster-killed': { needs: ['process'], Arming: PostmasterKilledArming },
  frozen: { needs: ['superuser', 'process'], Arming: FrozenArming },
}

/** The point of a database where a state is armed: one at a time, all or nothing. */
export function statePoint(
  parts: DatabaseParts,
  { provider, provides }: Pick<Database, 'provider' | 'provides'>,
): Breakable<DatabasePlan> {
  let current: Armed | undefined
  return {
    async arm({ state }) {
      await current?.heal()
      const { Arming, needs } = kinds[state.kind] as Kind<DatabaseState>
      const missing = needs.filter((need) => !provides.includes(need))
      if (missing.length > 0) {
        throw new Error(
          `database: ${state.kind} needs ${missing.join(', ')}, which the ${provider} provider does not give. ` +
            'Run it with the embedded Postgres.',
        )
      }
      const arming = new Arming(state, parts)
      let isArmed = true
      const armed = armedAt({
        evidence: () => arming.evidence(),
        heal: async () => {
          if (!isArmed) return
          await arming.undo()
          // Postgres has as many sessions as before; and nobody takes the runner's for one that was left behind.
          await parts.admin.endSession()
          isArmed = false
        },
      })
      current = armed
      try {
        await arming.apply()
        return armed
      } catch (cause) {
        // Undoing what never came about fails for the same reason; the reason is what matters.
        await armed.heal().catch(() => {})
        isArmed = false
        throw new Error(`database: ${state.kind} could not be armed: ${(cause as Error).message}`, { cause })
      }
    },
  }
}
