import type { ChildProcess } from 'node:child_process'
import type { SpawnInside } from '../../host/ground/client-world.ts'
import type { WorldKind } from '../../language/fault.ts'
import type { Call, ClientName } from '../../language/scenario.ts'
import type { ClientState, Misuse } from '../../machines/client/client-points.ts'
import type { ClientCertificateFiles } from '../../machines/tls/client-certificate-files.ts'
import type { Observe } from '../../machines/trace.ts'
import type { FrontDoor } from '../../world/front-door.ts'
import type { PageHost } from '../chromium/page-host.ts'
import type { Symptom } from './symptom.ts'

/** Where a client stands: what it needs to know to make the call, and how a process is started there. */
export interface Standpoint {
  readonly world: WorldKind
  /** PEM file of the run's root certificate. */
  readonly authorityFile: string
  readonly compileCache: string
  /** A folder of its own, to be made by whoever needs one. It goes with the run at the latest. */
  readonly folder: string
  /** Spawns in this world, with a clean environment plus `environment`; the watchdog knows it at once. */
  spawn(command: string, args: readonly string[], options: SpawnInside): ChildProcess
  /** Serves this page at each of these hosts, from an address beside the call's way. To be closed by the client. */
  openPages(names: readonly string[], page: string): Promise<PageHost>
}

/** A client made ready to call: its process may already run, so that its start is not part of a call. */
export interface ReadyClient {
  /** Resolves when its process waits for a call, or has ended. */
  readonly started: Promise<void>
  /** Never rejects for what the client sees: that is the symptom. Rejects when the client itself breaks. */
  call(call: ResolvedCall, observe: Observe): Promise<Symptom>
  /** Ends the process, whatever it does. */
  close(): Promise<void>
}

/** What a call has in files. */
export interface CallFiles {
  /** PEM file of the lists to check by, for `crl`. */
  readonly revocationListFile?: string
  /** What it shows of itself to a server that asks. */
  readonly clientCertificate?: ClientCertificateFiles
}

/** A call with every default filled in. */
export interface ResolvedCall extends Required<Pick<Call, 'path' | 'timeoutMs' | 'connection'>>, CallFiles {
  readonly method: string
  readonly url: string
  /** `address:port` of the DNS server, for clients that must be told (portable world). */
  readonly dnsServer?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly connectTimeoutMs?: number
  /** The page that calls, where it is not the app's own; clients that are no browsers have none. */
  readonly page?: Omit<Extract<ClientState, { kind: 'page' }>, 'kind'>
  readonly revocationChecking?: NonNullable<Call['revocationChecking']>
  /** What the app does wrong with its client; clients that cannot be misused so ignore it. */
  readonly misuse?: Misuse
}

/** What a call may want of a client beside the request, and not every client can. */
export type Ability =
  | Exclude<NonNullable<Call['connection']>, 'cold'>
  | NonNullable<Call['revocationChecking']>
  | 'clientCertificate'

/** How to call with it, and how to read its symptom. */
export interface Client {
  readonly name: ClientName
  readonly worlds: readonly WorldKind[]
  readonly abilities: readonly Ability[]
  /** Why it cannot be used here and how to get it; undefined when it can. */
  missing(): string | undefined
  prepare(standpoint: Standpoint): ReadyClient
}

export function resolveCall(
  call: Call | undefined,
  door: FrontDoor,
  world: WorldKind,
  files: CallFiles,
): ResolvedCall {
  const path = call?.path ?? '/users'
  return {
    method: call?.method ?? 'GET',
    path,
    url: `${door.origin}${path}`,
    ...(world === 'sealed' ? {} : { dnsServer: `${door.dns.address}:${door.dns.port}` }),
    headers: call?.headers ?? {},
    timeoutMs: call?.timeoutMs ?? 10_000,
    connection: call?.connection ?? 'cold',
    ...(call?.body === undefined ? {} : { body: call.body }),
    ...(call?.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: call.connectTimeoutMs }),
    ...(call?.revocationChecking === undefined ? {} : { revocationChecking: call.revocationChecking }),
    ...files,
  }
}
