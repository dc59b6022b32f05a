import type { AddressLease } from '../host/ground/address.ts'
import type { ClientGround, Ground } from '../host/ground/ground.ts'
import type { RunDirectory } from '../host/lifetime/run-directory.ts'
import type { Watchdog } from '../host/lifetime/watchdog.ts'
import type { Part, Sound, ValueOf } from '../host/parts.ts'
import type { PlaceAddress } from '../host/place.ts'
import { timed } from '../host/spans.ts'
import type { Api } from './api/api.ts'
import type { Database, DatabaseOptions } from './database/database.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { Breakable } from './shared/breakable.ts'
import { hostName } from './shared/host-name.ts'
import type { Observe, TraceEvent } from './shared/trace.ts'
import type { StateWhen } from './shared/when.ts'
import type { StatementLink } from './statements/statement-link.ts'
import type { Authority } from './tls/authority.ts'
import type { TlsEdge, TlsEdgeOptions } from './tls/tls-edge.ts'
import type { Wire } from './wire/wire.ts'

/** What the machines are given that all clients of a sandbox share. */
export interface SandboxContext {
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  readonly compileCache: string
  /** The host's loopback. */
  readonly ground: Ground
  readonly database: Pick<DatabaseOptions, 'provider' | 'url' | 'allowRemote'>
  /** Lines for people while something takes long: the first run builds the Postgres cache. */
  readonly onProgress: (line: string) => void
  /** Aborted when the sandbox closes. */
  readonly signal: AbortSignal
  /** What a shared machine sees: every client that is calling may have caused it. */
  readonly observe: Observe
  /** Whether a diagnosis is made of what is observed, for which contents are compared. */
  readonly isCompared: boolean
  /** What the API saw, with the front door that it came through. */
  readonly onTrace: (event: TraceEvent) => void
  /** A process of the sandbox ended unasked. */
  readonly onDeath: (part: string, detail: string) => void
  readonly onBug: (error: Error) => void
}

/** What the machines are given that one client has for itself. */
export interface SeatContext {
  /** Of the front door: `fetch-1`. */
  readonly id: string
  /** Where the client meets DNS server and front wire. */
  readonly place: PlaceAddress
  readonly clientGround: Pick<ClientGround, keyof Ground | 'kernel'>
  /** Where the machines behind them stand. */
  readonly address: string
  readonly ground: Ground
  readonly authority: Authority
  /** What the TLS edge gives and wants, beside the usual. */
  readonly edge: Pick<TlsEdgeOptions, 'tickets' | 'clientCertificate' | 'tlsVersion'>
  readonly api: () => Upstream
  readonly database: () => Upstream
  readonly observe: Observe
  /** Whether a diagnosis is made of what is observed, for which contents are compared. */
  readonly isCompared: boolean
  readonly onBug: (error: Error) => void
}

interface Upstream {
  readonly host: string
  readonly port: number
}

const at = ({ address, port }: { readonly address: string; readonly port: number }) => ({
  host: address,
  port,
})

/** A machine of the seat that stands behind the front wire. */
const behind = ({ address, ground, isCompared, observe, onBug }: SeatContext) => ({
  ...{ address, ground, isCompared, observe, onBug },
  port: 0,
})

type Own<Up, Machine> = Part<SeatContext, Up, Machine>

/**
 * The machines that each client has for itself, so that no two clients share a fault or a counter, and everything
 * observed at one is known to be of its call.
 */
const own = {
  /** The app, where it puts its call together: before anything leaves. */
  client: {
    waitsFor: [],
    start: async () => new (await import('./client/caller.ts')).Caller(),
  },
  gateway: {
    waitsFor: [],
    start: async (seat) => {
      const { Gateway: Machine } = await import('./gateway/gateway.ts')
      return await Machine.open({ ...behind(seat), door: seat.id, upstream: seat.api })
    },
    end: (gateway) => gateway.close(),
  } satisfies Own<object, Gateway>,
  /** The wire inside TLS, between the TLS edge and the gateway: the bytes of the HTTP message. */
  'inner-wire': {
    waitsFor: ['gateway'],
    start: async (seat, { gateway }) => {
      const { Wire: Machine } = await import('./wire/wire.ts')
      const { replies: tap } = gateway
      return await Machine.open({ ...behind(seat), name: 'inner', upstream: () => at(gateway), tap })
    },
    end: (wire) => wire.close(),
  } satisfies Own<{ readonly gateway: Gateway }, Wire>,
  tls: {
    waitsFor: ['inner-wire'],
    start: async (seat, { 'inner-wire': inner }) => {
      const { TlsEdge: Machine } = await import('./tls/tls-edge.ts')
      const { authority, edge } = seat
      return await Machine.open({ ...behind(seat), ...edge, authority, upstream: () => at(inner) })
    },
    end: (edge) => edge.close(),
  } satisfies Own<{ readonly 'inner-wire': Wire }, TlsEdge>,
  /** The wire the client connects to: the network, and the way back. */
  'front-wire': {
    waitsFor: ['tls'],
    start: async (seat, { tls }) => {
      const { Wire: Machine } = await import('./wire/wire.ts')
      const { clientGround: ground, place } = seat
      const { address, address6, ports } = place
      const where = { ground, address, ...(address6 === undefined ? {} : { address6 }), port: ports.https }
      return await Machine.open({ ...behind(seat), ...where, name: 'front', upstream: () => at(tls) })
    },
    end: (wire) => wire.close(),
  } satisfies Own<{ readonly tls: TlsEdge }, Wire>,
  dns: {
    waitsFor: ['gateway'],
    start: async (seat, { gateway }) => {
      const { DnsServer } = await import('./dns/dns-server.ts')
      const { clientGround: ground, observe, onBug } = seat
      const { address, address6, ports } = seat.place
      const records = { A: [address], ...(address6 === undefined ? {} : { AAAA: [address6] }) }
      const zone = { [hostName]: records }
      const openOtherHost = (other: string) => openOther(seat, other, () => at(gateway))
      return await DnsServer.open({ ground, address, port: ports.dns, zone, openOtherHost, observe, onBug })
    },
    end: (server) => server.close(),
  } satisfies Own<{ readonly gateway: Gateway }, import('./dns/dns-server.ts').DnsServer>,
  /** The kernel's packets between the client and its front wire. Sealed world with nft only. */
  kernel: {
    waitsFor: [],
    start: async ({ clientGround: { kernel }, place }) =>
      kernel && new (await import('./kernel/packet-filter.ts')).PacketFilter(kernel, place),
  } satisfies Own<object, import('./kernel/packet-filter.ts').PacketFilter | undefined>,
  /** HTTP without TLS and psql, for a person's own tools: where the place has ports for them. Nothing breaks here. */
  tools: {
    waitsFor: ['gateway'],
    start: async ({ clientGround: ground, database, observe, onBug, place }, { gateway }) => {
      const { Wire: Machine } = await import('./wire/wire.ts')
      const { http, postgres } = place.ports
      const open = { ground, address: place.address, isCompared: false, observe, onBug }
      const wires = await Promise.all([
        http && Machine.open({ ...open, name: 'plain', port: http, upstream: () => at(gateway) }),
        postgres && Machine.open({ ...open, name: 'tools', port: postgres, upstream: database }),
      ])
      return wires.filter((wire) => typeof wire === 'object')
    },
    end: (wires) => Promise.all(wires.map((wire) => wire.close())),
  } satisfies Own<{ readonly gateway: Gateway }, readonly Wire[]>,
}

export const ownMachines: Sound<typeof own> = own

type Shared<Up, Machine> = Part<SandboxContext, Up, Machine>

interface Address {
  readonly address: AddressLease
}

/** The machines that all clients of a sandbox share. */
export const sharedMachines = {
  /** Takes longest to come up, so everything else is behind it. */
  api: {
    waitsFor: ['address'],
    load: () => import('./api/api.ts'),
    start: async (sandbox, { address: { address } }, progress) => {
      const { compileCache, observe, onDeath, onTrace, run, watchdog } = sandbox
      const { Api: Machine } = await import('./api/api.ts')
      const env = { FAULTPATH_RUN: run.id, NODE_COMPILE_CACHE: compileCache }
      return await timed('API', () =>
        Machine.start({
          ...{ address, port: 0, env, cwd: run.path, observe, onTrace },
          onSpawn: (pid) => {
            watchdog.adopt(pid)
            progress.onItsWay()
          },
          onExit: ({ code, pid, signal }, isWanted) => {
            watchdog.release(pid)
            if (!isWanted) onDeath('the API', signal ?? `exit code ${code}`)
          },
        }),
      )
    },
    end: (api) => api.stop(),
  } satisfies Shared<Address, Api>,
  database: {
    waitsFor: ['address'],
    behind: ['api'],
    start: async (sandbox, { address: { address } }, progress) => {
      const { openDatabase } = await import('./database/open-database.ts')
      const { onDeath, onProgress, run, signal, watchdog } = sandbox
      return await timed('Postgres', () =>
        openDatabase({
          ...sandbox.database,
          ...{ address, onProgress, run, signal, watchdog },
          onSpawn: () => progress.onItsWay(),
          onDeath: (detail) => onDeath('Postgres', detail),
        }),
      )
    },
    end: (database) => database.stop(),
  } satisfies Shared<Address, Database>,
  /** The wire between the API and Postgres. */
  'database-wire': {
    waitsFor: ['address', 'database'],
    start: async ({ ground, isCompared, observe, onBug }, { address: { address }, database }) => {
      const { Wire: Machine } = await import('./wire/wire.ts')
      const where = { ground, address, port: 0, upstream: () => database.target }
      return await Machine.open({ name: 'database', ...where, isCompared, observe, onBug })
    },
    end: (wire) => wire.close(),
  } satisfies Shared<Address & { readonly database: Database }, Wire>,
  /** Between the API and that wire: the statements and their answers. */
  statements: {
    waitsFor: ['address', 'database-wire'],
    start: async ({ ground, onBug }, { address: { address }, 'database-wire': wire }) => {
      const { StatementLink: Machine } = await import('./statements/statement-link.ts')
      return await Machine.open({ ground, address, port: 0, upstream: () => at(wire), onBug })
    },
    end: (link) => link.close(),
  } satisfies Shared<Address & { readonly 'database-wire': Wire }, StatementLink>,
}

type Machines = typeof own & typeof sharedMachines

type PlanAt<Machine> =
  Machine extends Breakable<infer Plan>
    ? Plan
    : Machine extends { point(door: string): Breakable<infer Plan> }
      ? Plan
      : never

/** Every point where a step can be broken, and what can be armed there: the machines above that can be armed. */
type Points = {
  [Name in keyof Machines as [PlanAt<NonNullable<ValueOf<Machines[Name]>>>] extends [never]
    ? never
    : Name]: PlanAt<NonNullable<ValueOf<Machines[Name]>>>
}

export type PointName = keyof Points

/** A fault as data: where, and the rules or the state to arm there. Plain JSON. Rules have their own `when`. */
export type Plan = {
  readonly [Name in PointName]: { readonly point: Name; readonly when?: StateWhen } & Points[Name]
}[PointName]

/**
 * Which clients meet a plan that is armed for one of them: that one alone, whatever others do; that one, while no other
 * may call; or all that call side by side.
 */
export type Meets = 'each alone' | 'one at a time' | 'side by side'

/** Verdicts inside the API that meet one request and leave the process as it is. */
const ownRequestOnly: readonly string[] = ['throw', 'reject', 'hang']

/** States of Postgres that one call brings about, and that every other call meets then. */
const broughtAboutByOne: readonly string[] = ['deadlock', 'backend-killed']

export function meets(plan: Plan): Meets {
  switch (plan.point) {
    case 'api': {
      const isOwn = (plan.rules ?? []).every(({ verdict }) => ownRequestOnly.includes(verdict.kind))
      if (plan.state !== undefined) return 'side by side'
      return isOwn ? 'each alone' : 'one at a time'
    }
    case 'database':
      return broughtAboutByOne.includes(plan.state.kind) ? 'one at a time' : 'side by side'
    case 'database-wire':
      return plan.state === undefined ? 'one at a time' : 'side by side'
    default:
      return 'each alone'
  }
}

/** A host that is up where the front wire's port is, and is not the API: its certificate is for its own name. */
async function openOther(
  { authority, clientGround: ground, onBug, place }: SeatContext,
  address: string,
  upstream: () => Upstream,
): Promise<TlsEdge> {
  const { TlsEdge: Machine } = await import('./tls/tls-edge.ts')
  const port = place.ports.https
  const host = await Machine.open({ ground, address, port, authority, upstream, observe: () => {}, onBug })
  const recipe = { leaf: { names: ['other.example.test'] } }
  await host.arm({ state: { kind: 'certificate', recipe } })
  return host
}
