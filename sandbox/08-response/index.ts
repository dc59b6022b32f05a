/** Step 08: the response is created. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export * as response from './index.ts'
