import type { ClientName } from '../language/scenario.ts'
import type { Client } from './common/client.ts'

const loaders: Readonly<Record<ClientName, () => Promise<Client>>> = {
  fetch: async () => (await import('./fetch.ts')).fetchClient,
  https: async () => (await import('./https.ts')).httpsClient,
  curl: async () => (await import('./curl.ts')).curlClient,
  python: async () => (await import('./python.ts')).pythonClient,
  requests: async () => (await import('./python.ts')).requestsClient,
  chromium: async () => (await import('./chromium.ts')).chromiumClient,
}

/** Each client is loaded when it is first wanted: a run starts without waiting for clients that do not call. */
export function loadClient(name: ClientName): Promise<Client> {
  return loaders[name]()
}
