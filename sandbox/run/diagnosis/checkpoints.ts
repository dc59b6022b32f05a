import type { TraceEvent } from '../../machines/shared/trace.ts'
import { carried, waited, wayThere } from './carried.ts'
import type { Checkpoint } from './checkpoint.ts'

type Of<Machine extends TraceEvent['machine']> = Extract<TraceEvent, { machine: Machine }>

/** Joins the values of all events of one machine that `pick` answers for, in the order of the call. */
function gather<Machine extends TraceEvent['machine']>(
  machine: Machine,
  pick: (event: Of<Machine>) => string | undefined,
  order: 'as seen' | 'sorted' = 'as seen',
  reached: 'first' | 'last' = 'first',
): Checkpoint['read'] {
  return (events) => {
    const values: string[] = []
    let atMs: number | undefined
    for (const event of events) {
      if (event.machine !== machine) continue
      const value = pick(event as Of<Machine>)
      if (value === undefined) continue
      if (atMs === undefined || reached === 'last') atMs = event.atMs
      if (order === 'as seen' || !values.includes(value)) values.push(value)
    }
    if (atMs === undefined) return undefined
    return { value: (order === 'sorted' ? values.sort() : values).join(', '), atMs }
  }
}

/** Before the gateway has answered, what the wire carries towards the client is the handshake. */
function onceReplied(read: Checkpoint['read']): Checkpoint['read'] {
  return (events) =>
    events.some((event) => event.machine === 'gateway' && event.what === 'response')
      ? read(events)
      : undefined
}

function dnsAnswer(event: Of<'dns'>): string | undefined {
  if (event.what !== 'answer') return undefined
  const records = event.records?.join(' + ') ?? ''
  const flaws = event.flaws?.join(', ') ?? ''
  const said = `${event.type} ${event.rcode ?? 'unreadable'}${records === '' ? '' : `: ${records}`}`
  return flaws === '' ? said : `${said} (${flaws})`
}

function servedCertificate(event: Of<'tls'>): string | undefined {
  if (event.certificate === undefined) return undefined
  const { digests, names, notBefore, notAfter } = event.certificate
  const window = `${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`
  const valid = notBefore < notAfter ? `valid ${window}` : `never valid (${window})`
  return `${names.join(' ')}, as a whole ${valid}, chain ${digests.join('-')}`
}

function tlsEstablished(event: Of<'tls'>): string | undefined {
  if (event.what !== 'secured') return undefined
  return event.resumed ? 'resumed' : 'yes'
}

function result(event: Of<'api'>): string | undefined {
  if (event.what !== 'result') return undefined
  const failure = event.sqlstate === undefined ? event.code : `SQLSTATE ${event.sqlstate}`
  return failure ?? `${event.rows ?? 0} rows${event.digest === undefined ? '' : ` ${event.digest}`}`
}

/** Each statement is tagged with its request, which differs from call to call. */
function withoutTag(statement: string | undefined): string | undefined {
  return statement?.replace(/^\/\*.*?\*\/ /, '')
}

/** The journey, in order. A reading that is absent healthy and broken says nothing and is passed over. */
export const checkpoints: readonly Checkpoint[] = [
  {
    step: 'request',
    name: 'request made',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'request' ? event.detail : undefined)),
  },
  { step: 'network', name: 'open connection', read: wayThere('open') },
  {
    // Before the names: a resolver that no question reaches cannot be asked for the wrong one.
    step: 'dns',
    name: 'DNS question',
    read: gather('dns', (event) => (event.what === 'question' ? 'arrived' : undefined), 'sorted'),
  },
  {
    step: 'request',
    name: 'names asked for',
    read: gather('dns', (event) => (event.what === 'question' ? event.name : undefined), 'sorted'),
  },
  // A look-up waits for the last of its answers.
  { step: 'dns', name: 'DNS answer', read: gather('dns', dnsAnswer, 'sorted', 'last') },
  {
    step: 'network',
    name: 'connection made',
    read: gather(
      'wire',
      (event) => (event.wire === 'front' && event.what === 'accepted' ? `at ${event.address}` : undefined),
      'sorted',
    ),
  },
  {
    step: 'network',
    name: 'packets lost',
    read: gather('kernel', () => 'some', 'sorted'),
  },
  { step: 'network', name: 'bytes on their way', read: waited() },
  { step: 'network', name: 'handshake on the network', read: wayThere('new') },
  {
    step: 'network',
    name: 'ClientHello arrived',
    read: gather('tls', (event) => (event.what === 'hello' ? (event.serverName ?? '') : undefined), 'sorted'),
  },
  { step: 'tls', name: 'certificate served', read: gather('tls', servedCertificate, 'sorted') },
  {
    step: 'tls',
    name: 'TLS established',
    read: gather('tls', tlsEstablished, 'sorted'),
  },
  {
    step: 'server',
    name: 'gateway received',
    read: gather('gateway', (event) =>
      event.what === 'request' ? `${event.method} ${event.path}` : undefined,
    ),
  },
  {
    step: 'server',
    name: 'API received',
    read: gather('api', (event) => (event.what === 'request' ? `${event.method} ${event.path}` : undefined)),
  },
  {
    step: 'backend',
    name: 'statements sent',
    read: gather('api', (event) => (event.what === 'query' ? withoutTag(event.statement) : undefined)),
  },
  { step: 'database', name: 'database answered', read: gather('api', result) },
  {
    step: 'backend',
    name: 'route finished',
    read: gather('api', (event) =>
      event.what === 'decided'
        ? [event.status, event.value, event.code].filter((part) => part !== undefined).join(' ')
        : undefined,
    ),
  },
  {
    step: 'response',
    name: 'API responded',
    read: gather('api', (event) => (event.what === 'response' ? `${event.status}` : undefined)),
  },
  {
    step: 'response',
    name: 'gateway responded',
    read: gather('gateway', (event) => (event.what === 'response' ? `${event.status}` : undefined)),
  },
  { step: 'reply', name: 'reply inside TLS', read: carried('inner', 'server') },
  { step: 'reply', name: 'reply on the network', read: onceReplied(carried('front', 'server')) },
  {
    step: 'reply',
    name: 'status reached the client',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'head' ? event.detail : undefined)),
  },
  {
    step: 'reply',
    name: 'body reached the client',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'body' ? 'yes' : undefined)),
  },
  {
    step: 'app',
    name: 'data used',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'used' ? 'yes' : undefined)),
  },
]
