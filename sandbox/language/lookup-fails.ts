import type { Seen } from './scenario.ts'

type Range = readonly [atLeastMs: number, atMostMs: number]

/** The promise of each, with the time it takes where that matters. */
function within<Clients extends Readonly<Record<string, Seen>>>(clients: Clients, tookMs: Range | undefined) {
  if (tookMs === undefined) return clients
  const timed = Object.entries(clients).map(([client, seen]) => [client, { ...seen, tookMs }])
  return Object.fromEntries(timed) as Clients
}

/** fetch wraps the error, https gives it as it is. */
function inNode(code: string, syscall: string) {
  return {
    fetch: { name: 'TypeError', code, syscall, message: /^fetch failed$/ },
    https: { name: 'Error', code, syscall },
  }
}

function inPython(code: string, message: RegExp) {
  return { python: { name: 'URLError', code, message }, requests: { name: 'ConnectionError', code, message } }
}

const curl = { exit: 6, message: /Could not resolve host/ }

/**
 * What each client says when the host's name cannot be looked up. The words are the resolver's, whatever went wrong
 * behind it: many faults end in the same ones, which is why they stand here once.
 *
 * Source: getaddrinfo(3) of glibc, by which all but the portable world's clients look up; c-ares, ares_strerror(3).
 */
export const lookupFails = {
  /** EAI_NONAME: there is no such name. Node calls it ENOTFOUND. */
  nameUnknown: (tookMs?: Range) =>
    within(
      {
        ...inNode('ENOTFOUND', 'getaddrinfo'),
        curl,
        ...inPython('EAI_NONAME', /Name or service not known/),
      },
      tookMs,
    ),
  /** EAI_NODATA: the name has no address. Node calls that ENOTFOUND too. */
  noAddress: (tookMs?: Range) =>
    within(
      {
        ...inNode('ENOTFOUND', 'getaddrinfo'),
        curl,
        ...inPython('EAI_NODATA', /No address associated with hostname/),
      },
      tookMs,
    ),
  /** EAI_AGAIN: the resolver itself failed; for getaddrinfo that is always temporary. */
  resolverFailed: (tookMs?: Range) =>
    within(
      {
        ...inNode('EAI_AGAIN', 'getaddrinfo'),
        curl,
        ...inPython('EAI_AGAIN', /Temporary failure in name resolution/),
      },
      tookMs,
    ),
  /** In the portable world Node asks through c-ares, whose codes say more. */
  inCares: (code: string, tookMs?: Range) => within(inNode(code, 'queryA'), tookMs),
}
