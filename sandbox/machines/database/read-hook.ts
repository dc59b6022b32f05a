import { type AdminConnection, identifier, literal } from './admin.ts'

/** Front doors are numbered from 1; 0 counts statements that belong to no call, and those of doors beyond these. */
const doorsMax = 31

const lockAttemptsMax = 5

/** Of `fetch-1`, as each statement's tag names it. */
function doorNumber(door: string): number {
  const number = Number(/-(\d+)$/.exec(door)?.[1] ?? 0)
  return number > doorsMax ? 0 : number
}

/** How many statements met a hook: in all, and of the client of one front door. */
export interface Hits {
  readonly total: number
  readonly ofDoor: (door: string) => number
}

/**
 * Makes every statement that reads a table do something inside Postgres first, once.
 *
 * It is a row level security policy that calls a function. The subselect makes Postgres call it once per statement and
 * not once per row. Sequences count the calls, one for each front door, since neither ROLLBACK nor a cancelled
 * statement takes back a `nextval`. FORCE makes the policy hold for the tables' owner too.
 */
export class ReadHook {
  readonly #table: string
  readonly #admin: AdminConnection

  constructor(table: string, admin: AdminConnection) {
    this.#table = table
    this.#admin = admin
  }

  /** @param effect statements of PL/pgSQL, run with the rights of the administrator. */
  async install(effect: string): Promise<void> {
    const name = identifier(this.#table)
    await this.#withTable(
      `CREATE SCHEMA faultpath;
      DO $$ BEGIN
        FOR door IN 0..${doorsMax} LOOP EXECUTE format('CREATE SEQUENCE faultpath.hits_%s', door); END LOOP;
      END $$;
      CREATE FUNCTION faultpath.meet() RETURNS boolean
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE door integer := coalesce(substring(current_query() FROM 'req=[^ ]*-([0-9]+)[.]'), '0');
        BEGIN
          PERFORM nextval('faultpath.hits_' || CASE WHEN door > ${doorsMax} THEN 0 ELSE door END);
          ${effect}
          RETURN true;
        END $$;
      GRANT USAGE ON SCHEMA faultpath TO PUBLIC;
      CREATE POLICY faultpath_all ON ${name} USING (true) WITH CHECK (true);
      CREATE POLICY faultpath_read ON ${name} AS RESTRICTIVE FOR SELECT USING ((SELECT faultpath.meet()));
      ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
    )
  }

  /** Also what is half there or gone. */
  async remove(): Promise<void> {
    const name = identifier(this.#table)
    await this.#withTable(
      `DROP POLICY IF EXISTS faultpath_all ON ${name};
      ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
      -- The policy that reads meet calls a function of the schema, and goes with it.
      DROP SCHEMA IF EXISTS faultpath CASCADE;`,
    )
  }

  async hits(): Promise<Hits> {
    const rows = await this.#admin.query(
      `SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'faultpath' AND last_value IS NOT NULL`,
    )
    const hits = new Map(rows.map((row) => [String(row['sequencename']), Number(row['last_value'])]))
    return {
      total: [...hits.values()].reduce((sum, count) => sum + count, 0),
      ofDoor: (door) => hits.get(`hits_${doorNumber(door)}`) ?? 0,
    }
  }

  /**
   * Runs SQL, as one transaction, that needs the table for itself. Statements that a fault keeps hanging hold
   * the table for as long as they hang, and their client may be long gone: their sessions are ended.
   */
  async #withTable(sql: string): Promise<void> {
    const name = identifier(this.#table)
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
