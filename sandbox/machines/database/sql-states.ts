import type { Breakable, Evidence } from '../shared/breakable.ts'
import { countedWords, countOf } from '../shared/evidence-words.ts'
import { type AdminConnection, identifier, literal } from './admin.ts'
import type { Database } from './database.ts'
import type { DatabaseNeed, DatabasePlan, DatabaseState, SlowTable } from './database-points.ts'

/** How one kind of state comes about and goes away. `undo` also works on a state that is half there or gone. */
interface StateHandler<State extends DatabaseState> {
  readonly needs: readonly DatabaseNeed[]
  apply(state: State, admin: AdminConnection): Promise<void>
  undo(state: State, admin: AdminConnection): Promise<void>
  evidence(state: State, admin: AdminConnection): Promise<Evidence>
}

/** Front doors are numbered from 1; 0 counts statements that belong to no call, and those of doors beyond these. */
const doorsMax = 31

/** Of `fetch-1`, as each statement's tag names it. */
function doorNumber(door: string): number {
  const number = Number(/-(\d+)$/.exec(door)?.[1] ?? 0)
  return number > doorsMax ? 0 : number
}

/**
 * The cause is a row level security policy that calls a function. The subselect makes Postgres call it once
 * per statement and not once per row. Sequences count the calls, one for each front door, since neither ROLLBACK
 * nor a cancelled statement takes back a `nextval`. FORCE makes the policy hold for the tables' owner too.
 */
const slowTable: StateHandler<SlowTable> = {
  needs: ['sql'],

  async apply({ table, sleepMs }, admin) {
    const name = identifier(table)
    await withTable(
      admin,
      table,
      `CREATE SCHEMA faultpath;
      DO $$ BEGIN
        FOR door IN 0..${doorsMax} LOOP EXECUTE format('CREATE SEQUENCE faultpath.hits_%s', door); END LOOP;
      END $$;
      CREATE FUNCTION faultpath.slow(ms integer) RETURNS boolean
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE door integer := coalesce(substring(current_query() FROM 'req=[^ ]*-([0-9]+)[.]'), '0');
        BEGIN
          PERFORM nextval('faultpath.hits_' || CASE WHEN door > ${doorsMax} THEN 0 ELSE door END);
          PERFORM pg_sleep(ms / 1000.0);
          RETURN true;
        END $$;
      GRANT USAGE ON SCHEMA faultpath TO PUBLIC;
      CREATE POLICY faultpath_all ON ${name} USING (true) WITH CHECK (true);
      CREATE POLICY faultpath_slow ON ${name} AS RESTRICTIVE FOR SELECT
        USING ((SELECT faultpath.slow(${Math.round(sleepMs)})));
      ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
    )
  },

  async undo({ table }, admin) {
    const name = identifier(table)
    await withTable(
      admin,
      table,
      `DROP POLICY IF EXISTS faultpath_all ON ${name};
      ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
      -- The policy that sleeps calls a function of the schema, and goes with it.
      DROP SCHEMA IF EXISTS faultpath CASCADE;`,
    )
  },

  async evidence(_state, admin) {
    const rows = await admin.query(
      `SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'faultpath' AND last_value IS NOT NULL`,
    )
    const hits = new Map(rows.map((row) => [String(row['sequencename']), Number(row['last_value'])]))
    const fired = [...hits.values()].reduce((sum, count) => sum + count, 0)
    return {
      fired,
      ...countedWords(countOf(fired, 'statement'), ' slept inside Postgres'),
      ofDoor: (door) => hits.get(`hits_${doorNumber(door)}`) ?? 0,
    }
  },
}

const handlers: {
  readonly [Kind in DatabaseState['kind']]: StateHandler<Extract<DatabaseState, { kind: Kind }>>
} = {
  'slow-table': slowTable,
}

function handlerOf(state: DatabaseState): StateHandler<DatabaseState> {
  return handlers[state.kind]
}

/** The point of a database where a state is armed: one at a time, all or nothing. */
export function statePoint(
  admin: AdminConnection,
  { provider, provides }: Pick<Database, 'provider' | 'provides'>,
): Breakable<DatabasePlan> {
  let armed: DatabaseState | undefined

  const heal = async (): Promise<void> => {
    if (armed === undefined) return
    await handlerOf(armed).undo(armed, admin)
    armed = undefined
  }

  return {
    heal,
    async arm({ state }) {
      await heal()
      const handler = handlerOf(state)
      const missing = handler.needs.filter((need) => !provides.includes(need))
      if (missing.length > 0) {
        throw new Error(
          `database: ${state.kind} needs ${missing.join(', ')}, which the ${provider} provider does not give. ` +
            'Run it with the embedded Postgres.',
        )
      }
      // Set before it is applied: what fails half way is undone by the next heal.
      armed = state
      try {
        await handler.apply(state, admin)
      } catch (cause) {
        await heal().catch(() => {
          // Undoing what never came about fails for the same reason; the reason is what matters.
          armed = undefined
        })
        throw new Error(`database: ${state.kind} could not be armed: ${(cause as Error).message}`, { cause })
      }
    },
    async evidence() {
      if (armed === undefined) return { fired: 0, text: 'nothing is armed' }
      return await handlerOf(armed).evidence(armed, admin)
    },
  }
}

const lockAttemptsMax = 5

/**
 * Runs SQL, as one transaction, that needs `table` for itself. Statements that a fault keeps hanging hold
 * the table for as long as they hang, and their client may be long gone: their sessions are ended.
 */
async function withTable(admin: AdminConnection, table: string, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await admin.query(`SET LOCAL lock_timeout = 200; LOCK TABLE ${identifier(table)}; ${sql}`)
      return
    } catch (error) {
      const isLocked = (error as { code?: string }).code === '55P03'
      if (!isLocked || attempt === lockAttemptsMax) throw error
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND relation = ${literal(identifier(table))}::regclass AND granted AND pid <> pg_backend_pid()`,
      )
    }
  }
}
