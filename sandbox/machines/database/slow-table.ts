import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf } from '../shared/evidence-words.ts'
import { type AdminConnection, identifier, literal } from './admin.ts'
import type { DatabaseArming } from './database-arming.ts'
import type { StateOf } from './database-points.ts'

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
export class SlowTableArming implements DatabaseArming {
  readonly #state: StateOf<'slow-table'>
  readonly #admin: AdminConnection

  constructor(state: StateOf<'slow-table'>, admin: AdminConnection) {
    this.#state = state
    this.#admin = admin
  }

  async apply(): Promise<void> {
    const { sleepMs, table } = this.#state
    const name = identifier(table)
    await this.#withTable(
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
  }

  async undo(): Promise<void> {
    const name = identifier(this.#state.table)
    await this.#withTable(
      `DROP POLICY IF EXISTS faultpath_all ON ${name};
      ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
      -- The policy that sleeps calls a function of the schema, and goes with it.
      DROP SCHEMA IF EXISTS faultpath CASCADE;`,
    )
  }

  async evidence(): Promise<Evidence> {
    const rows = await this.#admin.query(
      `SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'faultpath' AND last_value IS NOT NULL`,
    )
    const hits = new Map(rows.map((row) => [String(row['sequencename']), Number(row['last_value'])]))
    const fired = [...hits.values()].reduce((sum, count) => sum + count, 0)
    return {
      fired,
      ...countedWords(countOf(fired, 'statement'), ' slept inside Postgres'),
      ofDoor: (door) => hits.get(`hits_${doorNumber(door)}`) ?? 0,
    }
  }

  /**
   * Runs SQL, as one transaction, that needs the table for itself. Statements that a fault keeps hanging hold
   * the table for as long as they hang, and their client may be long gone: their sessions are ended.
   */
  async #withTable(sql: string): Promise<void> {
    const name = identifier(this.#state.table)
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#admin.query(`SET LOCAL lock_timeout = 200; LOCK TABLE ${name}; ${sql}`)
        return
      } catch (error) {
        const isLocked = (error as { code?: string }).code === '55P03'
        if (!isLocked || attempt === lockAttemptsMax) throw error
        await this.#admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_locks
          WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND relation = ${literal(name)}::regclass AND granted AND pid <> pg_backend_pid()`,
        )
      }
    }
  }
}

const lockAttemptsMax = 5
