/** Step 08: the response is created. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export { contentLengthTooLong } from './content-length-too-long.ts'
export * as response from './index.ts'
export { invalidJson } from './invalid-json.ts'
