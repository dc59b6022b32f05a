/** Step 09: the response travels back. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export { cutBody } from './cut-body.ts'
export * as reply from './index.ts'
