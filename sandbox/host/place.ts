import type { ChildProcess, SpawnOptions } from 'node:child_process'

/** `sealed`: clients in their own namespaces with the operating system's resolver. `portable`: anywhere. */
export type WorldKind = 'sealed' | 'portable'

/** Where a place is met in its network. */
export interface PlaceAddress {
  readonly address: string
  /** Where the pages of its client come from: an address that no part of the call has. Sealed world only. */
  readonly pages?: string
  /** A second one, IPv6, where the place was to have it. */
  readonly address6?: string
  /** `http` and `postgres` only where the ports are free for it: in the sealed world. */
  readonly ports: {
    readonly dns: number
    readonly https: number
    readonly http?: number
    readonly postgres?: number
  }
}

export interface SpawnInside {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdio: SpawnOptions['stdio']
}

/** Where one client lives: its addresses, ports, files and trust, and how a process is started there. */
export interface Place extends PlaceAddress {
  readonly world: WorldKind
  /** PEM file of the run's root certificate. */
  readonly authorityFile: string
  readonly compileCache: string
  /** A folder of its own, to be made by the client that needs one. It goes with the run at the latest. */
  readonly folder: string
  /** The command line that runs a command here. */
  enter(command: string, args: readonly string[]): readonly [command: string, args: readonly string[]]
  /** Spawns here, with a clean environment plus `environment`; the watchdog knows the process at once. */
  spawn(command: string, args: readonly string[], options: SpawnInside): ChildProcess
}

/** All addresses that its call may go to. */
export function addressesOf({ address, address6 }: PlaceAddress): readonly string[] {
  return address6 === undefined ? [address] : [address, address6]
}
