/** Step 03: the request travels over the network. One export line per fault; `scenario`, so that an author needs one import. */
export { scenario } from '../scenario.ts'
export * as network from './index.ts'
export { synDrop } from './syn-drop.ts'
