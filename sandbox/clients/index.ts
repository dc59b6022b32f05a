import type { ClientName } from '../scenario.ts'
import { chromiumClient } from './chromium.ts'
import type { Client } from './client.ts'
import { curlClient } from './curl.ts'
import { fetchClient } from './fetch.ts'
import { httpsClient } from './https.ts'
import { pythonClient, requestsClient } from './python.ts'

/** Every client, in the order in which the views show them. */
export const clients: Readonly<Record<ClientName, Client>> = {
  fetch: fetchClient,
  https: httpsClient,
  curl: curlClient,
  python: pythonClient,
  requests: requestsClient,
  chromium: chromiumClient,
}
