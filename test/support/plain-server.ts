import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import { loadClient } from '../../sandbox/clients/index.ts'
import type { Place } from '../../sandbox/host/place.ts'
import type { ClientName } from '../../sandbox/language/scenario.ts'
import type { ResolvedCall } from '../../sandbox/machines/client/resolved-call.ts'
import { Authority } from '../../sandbox/machines/tls/authority.ts'
import type { Seat } from '../../sandbox/world/seat.ts'

/** A plain server of Node, none of the sandbox's machines, and the clients beside it. */
export interface PlainServer {
  /** What a client, which starts for it, sees of one call. */
  symptom(name: ClientName, path: string, call?: Partial<ResolvedCall>): Promise<Symptom>
  close(): void
}

export async function plainServer(answer: RequestListener): Promise<PlainServer> {
  const folder = mkdtempSync(join(tmpdir(), 'faultpath-plain-'))
  const authorityFile = join(folder, 'root.pem')
  const authority = new Authority('localhost')
  writeFileSync(authorityFile, authority.rootPem)
  const { certPem, keyPem } = await authority.issue({ leaf: { names: ['localhost'] } })
  const server = createServer({ cert: certPem, key: keyPem }, answer)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const place = {
    world: 'sealed',
    authorityFile,
    compileCache: join(folder, 'cache'),
    spawn: (command, args, { environment, stdio = 'pipe' }) =>
      spawn(command, args, { env: { PATH: process.env['PATH'], ...environment }, stdio, detached: true }),
  } as Pick<Place, 'world' | 'authorityFile' | 'compileCache' | 'spawn'>
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  return {
    async symptom(name, path, given = {}) {
      const client = await loadClient(name)
      const ready = client.prepare({ place } as unknown as Seat)
      try {
        await ready.started
        const usual = { method: 'GET', headers: {}, timeoutMs: 5_000, connection: 'cold' } as const
        return await ready.call({ ...usual, path, url: origin + path, ...given }, () => {})
      } finally {
        await ready.close()
      }
    },
    close() {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
