/** Given once in this process: what an earlier scenario left under way is known by its number. */
let requests = 0

/** The id of a request that came through this front door: `<door>.<n>`. */
export function nextRequestId(door: string): string {
  requests += 1
  return `${door}.${requests}`
}

/** Whether a request came after `since` requests had come, at whatever door. */
export function isSince(request: string, since: number): boolean {
  return Number(request.slice(request.lastIndexOf('.') + 1)) > since
}

export function requestsSoFar(): number {
  return requests
}
