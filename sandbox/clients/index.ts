import type { ClientName } from '../scenario.ts'
import type { Client } from './client.ts'
import { fetchClient } from './fetch.ts'

/** Every client, in the order in which the views show them. */
export const clients: Readonly<Record<ClientName, Client>> = {
  fetch: fetchClient,
}
