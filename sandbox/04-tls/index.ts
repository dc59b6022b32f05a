/** Step 04: the connection is encrypted. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../scenario.ts'
export { expired } from './expired.ts'
export * as tls from './index.ts'
