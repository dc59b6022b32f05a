/** Step 05: the server receives the request. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export * as server from './index.ts'
export { tooManyRequests } from './too-many-requests.ts'
