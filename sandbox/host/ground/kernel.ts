/** The packets of a place: those that set out, from either side, and those that came through. */
export interface PacketCounts {
  readonly sent: number
  readonly arrived: number
}

/** The kernel inside the clients' namespaces, as the runner reaches it. */
export interface Kernel {
  /** Runs `nft` with this input. Resolves to what it printed. @throws Error with what nft complained of. */
  nft(input: string): Promise<string>
  /** Of the addresses of one place and its port, since the namespaces were made; nothing where there is no nft. */
  packets(addresses: readonly string[], port: number): Promise<PacketCounts>
  /**
   * Ends the connections of these addresses and this port that one side has left and the other has not, or does not
   * know of: an end that was lost is sent again ever more seldom, for minutes. Nothing happens where there is no `ss`
   * (iproute2).
   */
  endLeft(addresses: readonly string[], port: number): Promise<void>
  /** TCP segments sent again so far, by any process (RFC 4022, tcpRetransSegs). */
  repeats(): Promise<number>
}
