/** Step 01: the app triggers the request. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../scenario.ts'
export * as request from './index.ts'
