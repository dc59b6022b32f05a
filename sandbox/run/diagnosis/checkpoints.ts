import type { TraceEvent } from '../../machines/shared/trace.ts'
import { carried, waited, wayThere } from './carried.ts'
import { certificateWords, servedCertificate } from './certificates.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'
import { conversation } from './conversation.ts'
import { dnsAnswer, dnsAnswerWords } from './dns-answers.ts'
import { leftAsDecided } from './left.ts'
import { gather, type Of, onceReplied } from './readings.ts'

function tlsEstablished(event: Of<'tls'>): string | undefined {
  if (event.what !== 'secured') return undefined
  return event.resumed ? 'resumed' : 'established'
}

/** Without the digests, which are for comparing. */
function statusWords(events: readonly Of<'api'>[]): readonly string[] {
  return [events.map(({ code, status }) => [status, code].filter(Boolean).join(' ')).join(', ')]
}

function ownAnswer({ code, status }: Of<'gateway'>): string {
  return [status, code].filter((part) => part !== undefined).join(' ')
}

/** It had asked the API, and got no answer. */
function hasFailedBehind({ request }: Of<'gateway'>, events: readonly TraceEvent[]): boolean {
  return events.some(
    (event) => event.machine === 'gateway' && event.what === 'upstream-failed' && event.request === request,
  )
}

/** What became of the API's process while it was asked; seen from outside it. */
function processState(events: readonly TraceEvent[]): Reading | undefined {
  const asked = events.find((event) => event.machine === 'gateway' && event.what === 'handed-on')
  if (asked === undefined) return undefined
  const became = events.find(
    (event): event is Of<'process'> => event.machine === 'process' && event.what !== 'busy',
  )
  return { value: became === undefined ? 'ran on' : processWords(became), atMs: asked.atMs }
}

function processWords({ code, what }: Of<'process'>): string {
  if (what === 'closing') return 'began to close'
  return what === 'ended' ? `ended (${code ?? 'nobody knows how'})` : `was ${what}`
}

/** From the app to the gateway. */
const wayThereAndIn: readonly Checkpoint[] = [
  {
    step: 'request',
    name: 'the request',
    was: 'the request was',
    never: 'no request was made',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'request' ? event.detail : undefined)),
  },
  {
    step: 'network',
    name: 'the open connection',
    was: 'on the open connection',
    never: 'there was no open connection',
    read: wayThere('open'),
  },
  {
    // Before the names: a resolver that no question reaches cannot be asked for the wrong one.
    step: 'dns',
    name: 'the DNS question',
    was: 'the question',
    never: 'no question reached the DNS server',
    read: gather('dns', (event) => (event.what === 'question' ? 'arrived' : undefined), {
      order: 'sorted',
      words: () => ['it arrived'],
    }),
  },
  {
    step: 'request',
    name: 'the name',
    was: 'the name asked for was',
    never: 'no name was asked for',
    read: gather('dns', (event) => (event.what === 'question' ? event.name : undefined), { order: 'sorted' }),
  },
  {
    step: 'dns',
    name: 'the DNS answer',
    was: 'the answer was',
    never: 'no answer was given',
    // A look-up waits for the last of its answers.
    read: gather('dns', dnsAnswer, { order: 'sorted', reached: 'last', words: dnsAnswerWords }),
  },
  {
    step: 'network',
    name: 'the connection',
    was: 'the connection was made',
    never: 'no connection was made',
    read: gather(
      'wire',
      (event) => (event.wire === 'front' && event.what === 'accepted' ? `at ${event.address}` : undefined),
      { order: 'sorted' },
    ),
  },
  {
    step: 'network',
    name: 'the lost packet',
    was: '',
    never: 'no packet was lost',
    isTrouble: true,
    read: gather('kernel', () => 'some', { order: 'sorted', words: () => ['packets were lost'] }),
  },
  // Before the bytes' waiting: those of a connection that is about to be cut wait too.
  {
    step: 'network',
    name: 'the new connection',
    was: 'on the new connection',
    never: 'there was no new connection',
    read: wayThere('new'),
  },
  {
    step: 'network',
    name: 'the first byte',
    was: 'on the network bytes waited',
    never: 'no byte came',
    read: waited(),
  },
  {
    step: 'network',
    name: 'the ClientHello',
    was: 'the ClientHello was for',
    never: 'no ClientHello arrived',
    read: gather('tls', (event) => (event.what === 'hello' ? (event.serverName ?? '') : undefined), {
      order: 'sorted',
      words: (hellos) => [[...new Set(hellos.map(({ serverName = 'no name' }) => serverName))].join(', ')],
    }),
  },
  {
    step: 'tls',
    name: 'the certificate',
    was: 'the certificate served:',
    never: 'no certificate was served',
    otherwise: () => 'the certificate served was another one, of the same names, dates and signers',
    read: gather('tls', servedCertificate, { order: 'sorted', words: certificateWords }),
  },
  {
    step: 'tls',
    name: 'the end of the TLS handshake',
    was: 'TLS was',
    never: 'TLS was never established',
    read: gather('tls', tlsEstablished, { order: 'sorted' }),
  },
  {
    // Behind those: where no other handshake was completed, they say more.
    step: 'tls',
    name: 'the handshake that the server gave up',
    was: '',
    never: 'the server gave up no TLS handshake',
    isTrouble: true,
    read: gather('tls', (event) => (event.what === 'failed' && event.refused ? 'some' : undefined), {
      order: 'sorted',
      words: () => ['the server gave up a TLS handshake'],
    }),
  },
  {
    step: 'server',
    name: 'the request at the gateway',
    was: 'the gateway received',
    never: 'no request reached the gateway',
    read: gather('gateway', (event) =>
      event.what === 'request' ? `${event.method} ${event.path}` : undefined,
    ),
  },
  {
    step: 'server',
    name: "the gateway's own answer",
    was: 'the gateway, which had asked nobody, answered',
    never: 'the gateway did not answer by itself',
    read: gather('gateway', (event, events) =>
      event.what === 'own-answer' && !hasFailedBehind(event, events) ? ownAnswer(event) : undefined,
    ),
  },
  {
    step: 'server',
    name: "the gateway's question",
    was: 'the gateway asked',
    never: 'the gateway did not ask the API',
    read: gather('gateway', (event) => (event.what === 'handed-on' ? 'the API' : undefined)),
  },
  {
    step: 'backend',
    name: "the API's process",
    was: "the API's process",
    never: "the API's process was not asked",
    read: processState,
  },
  {
    step: 'server',
    name: 'the request at the API',
    was: 'the API received',
    never: 'no request reached the API',
    read: gather('api', (event) => (event.what === 'request' ? `${event.method} ${event.path}` : undefined)),
  },
  {
    step: 'server',
    name: 'the route',
    was: 'the route was',
    never: 'no route of the API took the request',
    read: gather('api', (event) => (event.what === 'routed' ? event.path : undefined)),
  },
]

/** From the API's last statement to the app. */
const decisionAndWayBack: readonly Checkpoint[] = [
  {
    step: 'backend',
    name: 'the end of the route',
    was: 'the route decided on',
    never: 'the route decided nothing',
    otherwise: (words) => `the route decided on ${words} with other data or headers`,
    read: gather(
      'api',
      (event) =>
        event.what === 'decided'
          ? [event.status, event.code, event.value, event.headers]
              .filter((part) => part !== undefined)
              .join(' ')
          : undefined,
      { words: statusWords },
    ),
  },
  {
    // What failed behind it has been found by now: here the gateway alone gave up.
    step: 'server',
    name: "the gateway's answer in the API's place",
    was: "in the API's place the gateway answered",
    never: "the gateway did not answer in the API's place",
    read: gather('gateway', (event, events) =>
      event.what === 'own-answer' && hasFailedBehind(event, events) ? ownAnswer(event) : undefined,
    ),
  },
  {
    step: 'response',
    name: "the API's response",
    was: 'the API responded',
    never: 'the API did not respond',
    read: gather('api', (event) => (event.what === 'response' ? `${event.status}` : undefined)),
  },
  {
    step: 'response',
    name: 'what left the gateway',
    was: 'what left the gateway was',
    never: 'no answer of the API left the gateway',
    read: leftAsDecided,
  },
  {
    step: 'reply',
    name: 'the reply',
    was: 'on the way back, behind TLS,',
    never: 'nothing came back, behind TLS',
    read: carried('inner', 'server'),
  },
  {
    step: 'reply',
    name: 'the reply on the network',
    was: 'on the way back, on the network,',
    never: 'nothing came back on the network',
    read: onceReplied(carried('front', 'server')),
  },
  {
    step: 'reply',
    name: 'the status',
    was: 'the status that reached the client was',
    never: 'no status reached the client',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'head' ? event.detail : undefined)),
  },
  {
    step: 'reply',
    name: 'the body',
    was: 'the body',
    never: 'the body never arrived whole',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'body' ? 'arrived whole' : undefined)),
  },
  {
    step: 'app',
    name: 'the use of the data',
    was: 'the data',
    never: 'the app used no data',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'used' ? 'was used' : undefined)),
  },
]

/** The journey of two calls, in order. */
export function checkpointsOf(...calls: readonly (readonly TraceEvent[])[]): readonly Checkpoint[] {
  return [...wayThereAndIn, ...conversation(...calls), ...decisionAndWayBack]
}
