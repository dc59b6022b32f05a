import * as v from 'valibot'
import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

const fiveCharacters = 'five characters, digits and capital letters, such as "53100"'

/** The statements of the shop, as the API tags them. */
const statements = [
  'users.list',
  'users.get',
  'products.list',
  'login.user',
  'orders.begin',
  'orders.lock',
  'orders.take',
  'orders.insert',
  'orders.commit',
] as const

/**
 * A statement is answered with any error of Postgres. The error is written on the way, and the report says so: Postgres
 * itself gets a statement that fails, so that the transaction is in the state that the error leaves it in.
 *
 * The API should tell errors that are worth another try (class 40) from those that are not.
 *
 * - `sqlstate`: the error's code. `statement`: the statement that gets it, by the API's tag.
 * - Seen: what the API makes of it: 503 for the classes 08, 53 and 57P, 504 for 57014, else 500.
 * - Source: PostgreSQL, Appendix A (PostgreSQL Error Codes).
 */
export const anySqlstate = fault({
  step: 'database',
  name: 'any-sqlstate',
  summary: ({ sqlstate, statement }) => `any-sqlstate ${sqlstate} for ${statement}, written on the way`,
  parameters: {
    sqlstate: v.optional(
      // Of digits alone it comes as a number from where it is typed.
      v.pipe(
        v.union([v.string(), v.number()], fiveCharacters),
        v.transform(String),
        v.regex(/^[0-9A-Z]{5}$/, fiveCharacters),
      ),
      '53100',
    ),
    statement: oneOf(statements, { default: 'users.list' }),
  },
  plan: ({ sqlstate, statement }) => ({
    point: 'statements',
    rules: [
      {
        match: { step: statement },
        verdict: { kind: 'error', sqlstate, message: `SQLSTATE ${sqlstate}, written on the way` },
      },
    ],
  }),
})
