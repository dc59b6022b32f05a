/** Step 10: the app uses the data. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export * as app from './index.ts'
export { missingField } from './missing-field.ts'
