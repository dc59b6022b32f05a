import { hash } from 'node:crypto'
import type { FieldDef } from 'pg'

/**
 * Columns that Postgres fills in by itself, from a sequence or a clock: `<table oid>.<column number>`. Their values
 * differ from call to call by nature, so they are told by their names.
 */
export const generatedColumns = `
  SELECT attrelid::int AS "table", attnum::int AS "column"
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
    AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) ~* 'nextval|now\\(|clock|random|uuid')`

/** Where the values of one request came from that differ from call to call. */
export class Origins {
  readonly #generated: ReadonlySet<string>
  readonly #named = new Map<string, string>()

  constructor(generated: ReadonlySet<string>) {
    this.#generated = generated
  }

  /** A digest of rows by shape and value, in which generated values are their columns' names. */
  rows(fields: readonly FieldDef[], rows: readonly Readonly<Record<string, unknown>>[]): string {
    const generated = fields.filter(({ columnID, tableID }) => this.#generated.has(`${tableID}.${columnID}`))
    for (const row of rows) {
      for (const { name } of generated) this.#named.set(key(name, row[name]), `<generated ${name}>`)
    }
    return this.value(rows)
  }

  /**
   * A digest of a value by shape and value; generated values in it are their columns' names.
   * @param fields further ones that differ from call to call by nature.
   */
  value(value: unknown, fields: readonly string[] = []): string {
    const told = (name: string, inner: unknown) =>
      fields.includes(name) ? `<generated ${name}>` : (this.#named.get(key(name, inner)) ?? inner)
    return digestOf(JSON.stringify(value, told) ?? '')
  }
}

function key(name: string, value: unknown): string {
  return `${name}=${value instanceof Date ? value.toISOString() : String(value)}`
}

/** SHA-256, the first 16 hex digits. */
export function digestOf(text: string): string {
  return hash('sha256', text).slice(0, 16)
}
