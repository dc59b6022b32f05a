/** Step 02: the name is looked up. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../scenario.ts'
export * as dns from './index.ts'
export { nxdomain } from './nxdomain.ts'
