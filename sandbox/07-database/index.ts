/** Step 07: the database answers. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export { anySqlstate } from './any-sqlstate.ts'
export { deadlock } from './deadlock.ts'
export * as database from './index.ts'
export { slowQuery } from './slow-query.ts'
