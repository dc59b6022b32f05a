import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AddressLease, leaseAddress } from '../host/ground/address.ts'
import type { Part, Sound, UpOf } from '../host/parts.ts'
import type { WorldKind } from '../host/place.ts'
import { timed } from '../host/spans.ts'
import { hostName } from '../machines/shared/host-name.ts'
import { type SandboxContext, sharedMachines } from '../machines/table.ts'

export interface StartContext extends SandboxContext {
  /** Default: sealed where it can be had, else portable. */
  readonly kind: WorldKind | undefined
  readonly kindReason: string | undefined
  readonly isEntered: boolean | undefined
  /** Where the certificate is to lie that clients trust. */
  readonly authorityFile: string
}

type Line<Up, Value> = Part<StartContext, Up, Value>
type Shared = UpOf<typeof sharedMachines>

/**
 * The start of a sandbox: what each part waits for, how it starts, how it ends. The start is bound by the processor,
 * so what takes longest is spawned first, and `behind` says what stands back.
 */
const table = {
  /** The sandbox's own address on the host's loopback. */
  address: { waitsFor: [], start: () => leaseAddress(), end: (lease) => lease.release() } satisfies Line<
    object,
    AddressLease
  >,

  ...sharedMachines,

  /** The API with its database: what every front door leads to. */
  backend: {
    waitsFor: ['api', 'database', 'statements'],
    start: async (_, { api, database, statements: { address, port } }) =>
      api.useDatabase({ ...database.target, host: address, port }),
  } satisfies Line<Shared & { address: { readonly address: string } }, void>,

  /** What the clients live on. */
  ground: {
    waitsFor: ['address'],
    behind: ['api'],
    start: async (context, { address: { address } }) => {
      const { openClientGround } = await import('../host/worlds/open-ground.ts')
      const onDeath = (detail: string) => context.onDeath('the sealed world', detail)
      return await timed('world', () => openClientGround(context.kind, { ...context, address, onDeath }))
    },
    end: (ground) => ground.close(),
  } satisfies Line<
    { address: { readonly address: string } },
    import('../host/ground/ground.ts').ClientGround
  >,

  /** The authority that clients trust. Its file is written in place, since the sealed world has it mounted already. */
  authority: {
    waitsFor: [],
    behind: ['api', 'database'],
    start: async ({ authorityFile }) => {
      const { Authority } = await import('../machines/tls/authority.ts')
      return await timed('certificates', async () => {
        const authority = new Authority(hostName)
        writeFileSync(authorityFile, authority.rootPem)
        return authority
      })
    },
  } satisfies Line<object, import('../machines/tls/authority.ts').Authority>,

  /** What dead runs left behind is ended and removed, while the clients call. */
  leftovers: {
    waitsFor: ['backend'],
    start: async ({ onProgress }) => {
      const [{ sweep }, { sweepContainers }] = await Promise.all([
        import('../host/lifetime/sweep.ts'),
        import('../machines/database/container-marks.ts'),
      ])
      // It is no part of this run: a later start tries again.
      await Promise.all([sweep(), sweepContainers()]).catch((error: Error) =>
        onProgress(`what dead runs left cannot be removed: ${error.message}`),
      )
    },
  } satisfies Line<{ readonly backend: unknown }, void>,

  /** What front doors are made of. Where the ground still comes up, no client can be spawned before it is imported. */
  modules: {
    waitsFor: ['authority'],
    start: async (_, _up, { isUp }) => {
      if (isUp('ground')) return
      await timed('machines imported', async () => await import('./front-door.ts').then(loadOwnMachines))
    },
  } satisfies Line<{ authority: object }, void>,
}

async function loadOwnMachines(): Promise<void> {
  await Promise.all([
    import('../machines/gateway/gateway.ts'),
    import('../machines/wire/wire.ts'),
    import('../machines/tls/tls-edge.ts'),
    import('../machines/dns/dns-server.ts'),
    import('../machines/client/caller.ts'),
  ])
}

export const startTable: Sound<typeof table> = table

/** Where the authority's certificate lies in the folder of a run. */
export function authorityFileIn(folder: string): string {
  return join(folder, 'ca.pem')
}
