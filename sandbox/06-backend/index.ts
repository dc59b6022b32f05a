/** Step 06: the backend processes it. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export { crash } from './crash.ts'
export { hang } from './hang.ts'
export * as backend from './index.ts'
export { throws } from './throws.ts'
