import { nodeClient } from './common/node-client.ts'

/** Node's own `https.request`. */
export const httpsClient = nodeClient('https', [
  'app',
  'own-code',
  'own-body',
  'warm',
  'resumed',
  'crl',
  'clientCertificate',
])
