import { carried, waited, wayThere } from './carried.ts'
import { certificateWords, servedCertificate } from './certificates.ts'
import type { Checkpoint } from './checkpoint.ts'
import { dnsAnswer, dnsAnswerWords } from './dns-answers.ts'
import { gather, type Of, onceReplied } from './readings.ts'

function tlsEstablished(event: Of<'tls'>): string | undefined {
  if (event.what !== 'secured') return undefined
  return event.resumed ? 'resumed' : 'established'
}

function result(event: Of<'api'>): string | undefined {
  if (event.what !== 'result') return undefined
  return [resultWords(event), event.sqlstate === undefined ? event.digest : undefined]
    .filter(Boolean)
    .join(' ')
}

function resultWords({ code, rows, sqlstate }: Of<'api'>): string {
  return (sqlstate === undefined ? code : `SQLSTATE ${sqlstate}`) ?? `${rows ?? 0} rows`
}

/** Each statement is tagged with its request, which differs from call to call. */
function withoutTag(statement: string | undefined): string | undefined {
  return statement?.replace(/^\/\*.*?\*\/ /, '')
}

/** Without the digests, which are for comparing. */
function statusWords(events: readonly Of<'api'>[]): readonly string[] {
  return [events.map(({ code, status }) => [status, code].filter(Boolean).join(' ')).join(', ')]
}

/** The journey, in order. A reading that is absent healthy and broken says nothing and is passed over. */
export const checkpoints: readonly Checkpoint[] = [
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
    name: 'the request at the API',
    was: 'the API received',
    never: 'no request reached the API',
    read: gather('api', (event) => (event.what === 'request' ? `${event.method} ${event.path}` : undefined)),
  },
  {
    step: 'backend',
    name: 'the statement',
    was: 'the API sent',
    never: 'the API sent no statement',
    read: gather('api', (event) => (event.what === 'query' ? withoutTag(event.statement) : undefined)),
  },
  {
    step: 'database',
    name: "the database's answer",
    was: 'the database answered',
    never: 'the database did not answer',
    otherwise: (words) => `the database answered ${words} of other data`,
    read: gather('api', result, { words: (results) => [results.map(resultWords).join(', ')] }),
  },
  {
    step: 'backend',
    name: 'the end of the route',
    was: 'the route finished with',
    never: 'the route never finished',
    otherwise: (words) => `the route finished with ${words} and other data`,
    read: gather(
      'api',
      (event) =>
        event.what === 'decided'
          ? [event.status, event.value, event.code].filter((part) => part !== undefined).join(' ')
          : undefined,
      { words: statusWords },
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
    name: "the gateway's response",
    was: 'the gateway responded',
    never: 'the gateway did not respond',
    read: gather('gateway', (event) => (event.what === 'response' ? `${event.status}` : undefined)),
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
