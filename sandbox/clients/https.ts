import { nodeClient } from './common/node-client.ts'

/** Node's own `https.request`. */
export const httpsClient = nodeClient('https')
