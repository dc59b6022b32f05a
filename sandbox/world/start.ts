import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nowMs } from '../host/clock.ts'
import { type AddressLease, leaseAddress } from '../host/ground/address.ts'
import type { ClientWorld, ClientWorldOptions } from '../host/ground/client-world.ts'
import type { Ground } from '../host/ground/ground.ts'
import { PortableGround } from '../host/ground/loopback-ground.ts'
import { cacheDirectory, type RunDirectory, sweep } from '../host/lifetime/run-directory.ts'
import type { Watchdog } from '../host/lifetime/watchdog.ts'
import { timed } from '../host/spans.ts'
import type { WorldKind } from '../language/fault.ts'
import type { Api } from '../machines/api/api.ts'
import { sweepContainers } from '../machines/database/container-marks.ts'
import type { Database, DatabaseOptions, DatabaseTarget } from '../machines/database/database.ts'
import type { Authority } from '../machines/tls/certificates.ts'
import type { Observe, TraceEvent } from '../machines/trace.ts'
import type { Wire } from '../machines/wire/wire.ts'

export interface WorldOptions {
  /** Default: sealed where it can be had, else portable. */
  readonly kind?: WorldKind
  readonly database: Pick<DatabaseOptions, 'provider' | 'url' | 'allowRemote'>
  /** Lines for people while something takes long: the first run builds the Postgres cache. */
  readonly onProgress: (line: string) => void
}

/** A part that ended though nobody asked it to. */
export interface Death {
  readonly part: string
  readonly detail: string
}

/** What the front doors of a world share. */
export interface Parts {
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  readonly lease: AddressLease
  /** Where the machines behind the front doors stand: the host's loopback. */
  readonly ground: Ground
  /** Comes up while the doors are opened and the first clients start. */
  readonly backend: Promise<Backend>
  /** Part of the backend; up on its own, it has to be ended even when the rest of it fails. */
  readonly database: Promise<Database>
  readonly inside: Promise<Inside>
  readonly compileCache: string
}

/** The clients' world and whom it trusts. */
export interface Inside {
  readonly clientWorld: ClientWorld
  readonly authority: Authority
  readonly authorityFile: string
}

/** What stands behind the front doors. */
export interface Backend {
  readonly api: Api
  readonly databaseWire: Wire
  readonly database: Database
}

/** What happens to a world that nobody asked for, and who listens to what the API observes. */
export class Incidents {
  readonly deaths: Death[] = []
  readonly bugs: Error[] = []
  readonly listeners = new Map<string, (event: TraceEvent) => void>()
  /** Aborted when the world closes. */
  readonly closing = new AbortController()

  /** For machines that all doors share: everybody who is calling may have caused what they see. */
  readonly observeShared: Observe = (observation, atMs = nowMs()) => {
    for (const [door, listener] of this.listeners) listener({ ...observation, atMs, door })
  }

  died(part: string, detail: string): void {
    if (!this.closing.signal.aborted) this.deaths.push({ part, detail })
  }
}

/** What the parts behind the front doors are started with. */
interface Start {
  readonly options: WorldOptions
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  readonly incidents: Incidents
  readonly address: string
  readonly compileCache: string
  readonly ground: Ground
}

/**
 * Starts everything that all front doors share. Resolves when Postgres and the API have been spawned: both
 * come up while this process imports the rest.
 */
export async function startParts(
  options: WorldOptions,
  run: RunDirectory,
  watchdog: Watchdog,
  incidents: Incidents,
): Promise<Parts> {
  const apiModules = Promise.all([
    import('../machines/api/api.ts'),
    import('../host/libraries/bundles.ts'),
    import('../host/libraries/library.ts'),
  ])
  const lease = await leaseAddress()
  const { address } = lease
  const compileCache = join(cacheDirectory(), 'compile')
  const start: Start = {
    ...{ options, run, watchdog, incidents, address, compileCache },
    ground: new PortableGround(),
  }
  const [{ Api: ApiClass }, { buildBundles, findBundles }, { loadFrom }] = await apiModules
  // The API takes longest to come up, so everything else waits until it is spawned.
  const apiSpawned = Promise.withResolvers<void>()
  const databaseSpawned = Promise.withResolvers<void>()
  const database = apiSpawned.promise.then(() => startDatabase(start, databaseSpawned.resolve))
  const databaseWire = database.then((up) => openDatabaseWire(start, up))
  const target = async () => ({ ...(await database).target, host: address, port: (await databaseWire).port })
  const bundles = findBundles()
  const builtFolder = bundles?.isBuilt === true ? bundles.folder : undefined
  if (builtFolder !== undefined) loadFrom(builtFolder)
  const api = timed('API', () =>
    startApi(ApiClass, start, builtFolder, { target, onSpawn: apiSpawned.resolve }),
  )
  api.catch(apiSpawned.reject)
  const bundled =
    bundles?.isBuilt === false &&
    buildBundles(bundles, run).catch((error: Error) =>
      options.onProgress(
        `libraries cannot be bundled, every start takes longer: ${error.message.split('\n')[0]}`,
      ),
    )
  const backend = Promise.all([database, databaseWire, api, bundled, sweep(), sweepContainers()]).then(
    ([up, wire, apiUp]): Backend => ({ database: up, databaseWire: wire, api: apiUp }),
  )
  // Whoever goes on imports and computes much: what takes long must be on its way before.
  const onTheWay = Promise.race([databaseSpawned.promise, Promise.allSettled([database])])
  const onDeath = (detail: string) => incidents.died('the sealed world', detail)
  const inside = openInside(options.kind, { run, watchdog, address, compileCache, onDeath }, onTheWay)
  // Awaited by whoever needs them; until then their failure is not unhandled.
  for (const part of [backend, database, databaseWire, inside]) part.catch(() => {})
  await onTheWay
  return { ...{ run, watchdog, lease, compileCache, backend, database, inside }, ground: start.ground }
}

async function startDatabase(
  { address, incidents, options, run, watchdog }: Start,
  onSpawn: () => void,
): Promise<Database> {
  const { openDatabase } = await import('../machines/database/open-database.ts')
  return await timed('Postgres', () =>
    openDatabase({
      ...options.database,
      ...{ address, run, watchdog, onSpawn },
      onProgress: options.onProgress,
      onDeath: (detail) => incidents.died('Postgres', detail),
      signal: incidents.closing.signal,
    }),
  )
}

async function openDatabaseWire({ address, ground, incidents }: Start, database: Database): Promise<Wire> {
  const { Wire: WireClass } = await import('../machines/wire/wire.ts')
  return await WireClass.open({
    name: 'database',
    ground,
    address,
    port: 0,
    upstream: () => database.target,
    observe: incidents.observeShared,
    onBug: (error) => incidents.bugs.push(error),
  })
}

/** @param libraries the folder of bundled libraries, where it is built. */
async function startApi(
  ApiClass: typeof Api,
  { address, compileCache, incidents, run, watchdog }: Start,
  libraries: string | undefined,
  { onSpawn, target }: { readonly target: () => Promise<DatabaseTarget>; readonly onSpawn: () => void },
): Promise<Api> {
  let apiPid = 0
  let isHopeless = false
  return await ApiClass.start({
    address,
    port: 0,
    env: {
      FAULTPATH_RUN: run.id,
      NODE_COMPILE_CACHE: compileCache,
      ...(libraries === undefined ? {} : { FAULTPATH_LIBRARIES: libraries }),
    },
    database: async () => {
      try {
        return await target()
      } catch (error) {
        isHopeless = true
        throw error
      }
    },
    onSpawn: (pid) => {
      apiPid = pid
      watchdog.adopt(pid)
      onSpawn()
    },
    onTrace: (event) => incidents.listeners.get(event.door)?.(event),
    onExit: ({ code, signal }) => {
      watchdog.release(apiPid)
      // Without a database it is ended before it has come up: one cause, said once.
      if (!isHopeless) incidents.died('the API', signal ?? `exit code ${code}`)
    },
  })
}

/**
 * Enters the clients' world and makes the certificates that it trusts. The file is written in place, since the
 * sealed world has it mounted already.
 *
 * @param othersSpawned resolves when making them delays nobody.
 */
async function openInside(
  wanted: WorldKind | undefined,
  options: ClientWorldOptions,
  othersSpawned: Promise<unknown>,
): Promise<Inside> {
  const { openClientWorld } = await import('../host/ground/client-world.ts')
  const authorityFile = join(options.run.path, 'ca.pem')
  writeFileSync(authorityFile, '')
  const entering = timed('world', () => openClientWorld(wanted, options))
  let isEntered = false
  // Awaited at the end; until then its failure is not unhandled.
  entering.then(
    () => {
      isEntered = true
    },
    () => {},
  )
  await othersSpawned
  const authority = await timed('certificates', async () => {
    const [{ Authority: AuthorityClass }, { hostName }] = await Promise.all([
      import('../machines/tls/certificates.ts'),
      import('../machines/shared/host-name.ts'),
    ])
    return await AuthorityClass.create(hostName)
  })
  writeFileSync(authorityFile, authority.rootPem)
  // Entering the sealed world takes longer than all else here: what the front doors need is imported meanwhile.
  if (!isEntered) await timed('machines imported', () => import('./front-door.ts'))
  return { authority, authorityFile, clientWorld: await entering }
}
