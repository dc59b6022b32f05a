import type { ReplyFlaw, TraceEvent } from '../../machines/shared/trace.ts'
import type { Reading } from './checkpoint.ts'
import type { Of } from './readings.ts'

const flawWords: Record<ReplyFlaw, string> = {
  'bad-head': 'not in the form of a head',
  'two-lengths': 'of two lengths',
  'length-and-chunks': 'of a length and in chunks',
  'bad-chunk': 'not in the form of chunks',
  'too-short': 'shorter than its head promises',
  unasked: 'longer than its head promises',
  'not-decodable': 'not in the encoding that its head names',
  'not-its-type': 'not of the type that its head names',
}

/**
 * Whether what left the gateway is what the API had decided, and what its own head says. Both are of the same call,
 * so that ids and dates, which differ from call to call, cannot count. An answer of the gateway's own is none of these.
 */
export function leftAsDecided(events: readonly TraceEvent[]): Reading | undefined {
  const gateway = events.filter((event): event is Of<'gateway'> => event.machine === 'gateway')
  const own = new Set(gateway.filter(({ what }) => what === 'own-answer').map(({ request }) => request))
  const all = gateway.filter(({ request, what }) => what === 'left' && !own.has(request))
  const [first] = all
  if (first === undefined) return undefined
  const differences = all.flatMap((left) => differencesOf(left, events))
  const words = differences.length === 0 ? ['as the API had decided'] : [...new Set(differences)].sort()
  return { value: words.join(', '), words, atMs: first.atMs }
}

function differencesOf(left: Of<'gateway'>, events: readonly TraceEvent[]): string[] {
  const { digest, flaws = [], headers, request, status = 0 } = left
  if (status >= 100 && status < 200) return [`a ${status} that the API had not decided`]
  const found = flaws.map((flaw) => flawWords[flaw])
  const decided = events.find(
    (event): event is Of<'api'> =>
      event.machine === 'api' && event.what === 'decided' && event.request === request,
  )
  const answered = events.find(
    (event): event is Of<'gateway'> =>
      event.machine === 'gateway' && event.what === 'upstream-response' && event.request === request,
  )
  if (decided !== undefined && decided.status !== status) {
    found.push(`status ${status} where the API had decided ${decided.status}`)
  }
  if (answered !== undefined && answered.headers !== headers)
    found.push('of other headers than the API gave it')
  // Of a body that is not whole there is no digest; its flaw, or the wire behind, tells why.
  if (decided !== undefined && digest !== undefined && decided.digest !== digest) {
    found.push('of another body than the API had decided')
  }
  return found
}
