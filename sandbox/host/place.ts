/** Where one front door stands, as its client sees it. */
export interface Place {
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
