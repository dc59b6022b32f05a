import type { TraceEvent, WireObservation, WireSide } from '../../machines/shared/trace.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'

/** What one direction of one connection did, as both ends of the wire saw it. */
interface Direction {
  in: Total
  out: Total
  /** The wire ended it before the sender did. */
  isUnasked: boolean
  /** The receiver reset the connection: what was still on its way is lost, and neither side is to blame. */
  isUnwanted: boolean
}

interface Total {
  bytes?: number
  crc32?: number
  end?: 'FIN' | 'RST'
}

interface Connection {
  readonly atMs: number
  /** It was opened during the call. */
  isNew: boolean
  /** When its first end went in or out. */
  endedMs?: number
  /** That end was the client's. */
  isLeft?: boolean
  readonly client: Direction
  readonly server: Direction
}

const whole = 'everything was handed on'
const incomplete = 'not everything was handed on'
const changed = 'bytes were changed'

const ends: readonly WireObservation['what'][] = ['end-in', 'end-out', 'reset-in', 'reset-out']

function connections(wire: WireObservation['wire'], events: readonly TraceEvent[]): Connection[] {
  const all = new Map<number, Connection>()
  for (const event of events) {
    if (event.machine !== 'wire' || event.wire !== wire) continue
    const connection = all.get(event.connection) ?? {
      atMs: event.atMs,
      isNew: false,
      client: { in: {}, out: {}, isUnasked: false, isUnwanted: false },
      server: { in: {}, out: {}, isUnasked: false, isUnwanted: false },
    }
    all.set(event.connection, connection)
    if (event.what === 'accepted') connection.isNew = true
    if (event.what === 'refused') connection.server.in.end = 'RST'
    if (ends.includes(event.what)) {
      connection.endedMs ??= event.atMs
      connection.isLeft ??= event.what.endsWith('-in') && event.side === 'client'
    }
    if (event.side !== undefined) add(connection, event, event.side)
  }
  return [...all.values()]
}

function add(connection: Connection, event: WireObservation, side: WireSide): void {
  const sent = connection[side]
  const received = connection[side === 'client' ? 'server' : 'client']
  switch (event.what) {
    case 'in':
      Object.assign(sent.in, known(event))
      break
    case 'end-in':
      sent.in.end = 'FIN'
      break
    case 'reset-in':
      sent.in.end = 'RST'
      received.isUnwanted = true
      break
    case 'out':
      Object.assign(received.out, known(event))
      break
    case 'end-out':
    case 'reset-out':
      Object.assign(received.out, known(event), { end: event.what === 'end-out' ? 'FIN' : 'RST' })
      // A receiver that has ended already learns nothing by it; a sender may end later, told that the other had.
      received.isUnasked ||= received.in.end === undefined && sent.in.end === undefined
      break
    default:
  }
}

function known(event: WireObservation): Total {
  return {
    ...(event.bytes === undefined ? {} : { bytes: event.bytes }),
    ...(event.crc32 === undefined ? {} : { crc32: event.crc32 }),
  }
}

/** Undefined where nothing happened in this direction. */
function judge({ in: came, out: went, isUnasked, isUnwanted }: Direction): string | undefined {
  const cameBytes = came.bytes ?? 0
  const wentBytes = went.bytes ?? 0
  if (cameBytes === 0 && wentBytes === 0 && went.end === undefined) return undefined
  if (isUnasked) return `a ${went.end} came that neither side had sent`
  if (wentBytes < cameBytes && !isUnwanted) return incomplete
  const isSame = came.crc32 === undefined || went.crc32 === undefined || came.crc32 === went.crc32
  return isSame || wentBytes < cameBytes ? whole : changed
}

/** How one direction of a wire ended up: everything handed on as it came, or not. */
export function carried(wire: WireObservation['wire'], from: WireSide): Checkpoint['read'] {
  return (events) => {
    const all = connections(wire, events)
    const verdicts = all.map((each) => judge(each[from])).filter((verdict) => verdict !== undefined)
    if (verdicts.length === 0) return undefined
    return {
      value: [...new Set(verdicts)].sort().join(', '),
      atMs: Math.min(...all.map((each) => each.atMs)),
    }
  }
}

/**
 * How the network treated the connections until the request was through: handshakes are carried both ways.
 * What happens to a connection that carried the request is no matter of the way there. One that was over before that
 * carried none: what was done to it is trouble, although the client tried again and got through on another.
 *
 * @param which those opened during the call, or those that were open before.
 */
export function wayThere(which: 'new' | 'open'): Checkpoint['read'] {
  return (events) => {
    const all = connections('front', events)
    const mine = all.filter(({ isNew }) => isNew === (which === 'new'))
    if (mine.length === 0) return undefined
    // The last one opened is the one that carried the request.
    const isCarrier = which === 'new' || mine.length === all.length
    const carriedMs = (isCarrier ? throughMs(events) : undefined) ?? Number.POSITIVE_INFINITY
    const isOver = ({ endedMs = carriedMs }: Connection) => endedMs < carriedMs
    const judged = carriedMs === Number.POSITIVE_INFINITY ? mine : mine.filter(isOver)
    const troubles = judged.flatMap(({ client, server }) => [judge(client), judge(server)])
    const found = troubles.filter((verdict) => verdict !== undefined && verdict !== whole)
    // An end that comes unasked is why the rest was not handed on.
    const trouble = found.find((verdict) => verdict !== incomplete) ?? found[0]
    return { value: trouble ?? whole, atMs: events[0]!.atMs }
  }
}

/** Every connection of the network was ended by the client, before any other end. */
export function areLeft(events: readonly TraceEvent[]): boolean {
  const all = connections('front', events)
  return all.length > 0 && all.every(({ isLeft }) => isLeft === true)
}

/**
 * What a wire behind TLS did to the request before the gateway had all of it, or had refused it. What was changed was
 * changed on the way there, whenever it is told.
 */
export function behindTls(events: readonly TraceEvent[]): Reading | undefined {
  const untilMs = throughMs(events) ?? Number.POSITIVE_INFINITY
  const troubles = connections('inner', events).flatMap(({ client, endedMs = untilMs, server }) => {
    const verdict = judge(client)
    if (verdict === undefined || verdict === whole) return []
    // A gateway that has ended takes no more.
    if (verdict === incomplete && server.in.end !== undefined) return []
    return verdict === changed || endedMs < untilMs || untilMs === Number.POSITIVE_INFINITY ? [verdict] : []
  })
  const trouble = troubles.find((verdict) => verdict !== incomplete) ?? troubles[0]
  return trouble === undefined ? undefined : { value: trouble, atMs: events[0]!.atMs }
}

/**
 * How long a wire itself kept bytes waiting: any on the way there; on the way back, on the network, where the handshake
 * waited too. What a receiver did not take is not counted.
 */
export function waited(wire: 'front' | 'inner'): Checkpoint['read'] {
  return (events) => {
    const beforeMs = throughMs(events) ?? Number.POSITIVE_INFINITY
    const reading = waitedMs(
      events.filter(
        (event) =>
          event.machine === 'wire' &&
          event.wire === wire &&
          (event.side === 'server' || (wire === 'front' && event.atMs <= beforeMs)),
      ),
    )
    // Of an open connection a wire tells the totals when the call is over. What came, came before it was through.
    return reading && { ...reading, atMs: Math.min(reading.atMs, beforeMs) }
  }
}

/** How long the wires kept the reply waiting. */
export function waitedBack(events: readonly TraceEvent[]): Reading | undefined {
  const afterMs = throughMs(events)
  if (afterMs === undefined) return undefined
  return waitedMs(
    events.filter(
      (event) =>
        event.machine === 'wire' &&
        (event.wire === 'front' || event.wire === 'inner') &&
        event.side === 'client' &&
        event.atMs > afterMs,
    ),
  )
}

function waitedMs(events: readonly TraceEvent[]): Reading | undefined {
  if (events.length === 0) return undefined
  const ownMs = events.map((event) =>
    event.machine === 'wire' ? (event.heldMs ?? 0) - (event.unreadMs ?? 0) : 0,
  )
  const longestMs = Math.max(0, ...ownMs)
  return { value: `${Math.round(longestMs)} ms`, waitedMs: longestMs, atMs: events[0]!.atMs }
}

/** When the request had come out of the network and of TLS: all of it, or what the gateway wanted of it. */
function throughMs(events: readonly TraceEvent[]): number | undefined {
  return events.find(
    (event) => event.machine === 'gateway' && (event.what === 'received' || event.what === 'own-answer'),
  )?.atMs
}
