/** Step 06: the backend processes it. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../language/scenario.ts'
export { crash } from './crash.ts'
export { floatingRejection } from './floating-rejection.ts'
export { gracefulShutdown } from './graceful-shutdown.ts'
export { hang } from './hang.ts'
export * as backend from './index.ts'
export { outOfMemory } from './out-of-memory.ts'
export { throws } from './throws.ts'
