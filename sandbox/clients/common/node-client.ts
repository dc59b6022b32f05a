import { fileURLToPath } from 'node:url'
import { nodeFlags } from '../../host/environment.ts'
import type { ClientName } from '../../language/scenario.ts'
import type { Client } from './client.ts'
import { ReportingProcess } from './reporting-process.ts'

const entry = fileURLToPath(new URL('../node/main.ts', import.meta.url))

/** A client that is a library of Node. */
export function nodeClient(name: ClientName): Client {
  return {
    name,
    worlds: ['sealed', 'portable'],
    missing: () => undefined,
    prepare: ({ place }) =>
      new ReportingProcess(place, {
        command: process.execPath,
        args: [...nodeFlags, entry, name, place.world],
        environment: { NODE_COMPILE_CACHE: place.compileCache },
      }),
  }
}
