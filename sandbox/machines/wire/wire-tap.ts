/** A reader of what an upstream sends; a connection is told by the port that the wire has on it. */
export interface WireTap {
  /** Before anything is sent to the upstream. */
  opened(port: number): void
  bytes(port: number, chunk: Buffer): void
  end(port: number): void
}
