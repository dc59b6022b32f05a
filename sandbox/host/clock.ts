/**
 * The one clock of a run: CLOCK_MONOTONIC in milliseconds. Every process of the host reads the same
 * clock, inside a namespace too, so observations of different processes can be put in order.
 */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
