import { nodeClient } from './common/node-client.ts'

/** Node's own `fetch` (undici), as an app uses it. */
export const fetchClient = nodeClient('fetch')
