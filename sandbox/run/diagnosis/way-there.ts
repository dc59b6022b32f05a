import type { TraceEvent } from '../../machines/shared/trace.ts'
import { behindTls, waited, wayThere } from './carried.ts'
import { certificateWords, servedCertificate } from './certificates.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'
import { dnsAnswer, dnsAnswerWords } from './dns-answers.ts'
import { leaving } from './leaving.ts'
import { gather, type Of } from './readings.ts'
import { beforeRedirect } from './requests.ts'

function tlsEstablished(event: Of<'tls'>): string | undefined {
  if (event.what !== 'secured') return undefined
  return event.resumed ? 'resumed' : 'established'
}

const established = gather('tls', tlsEstablished, { order: 'sorted' })

/**
 * A client that tries again by itself gets through although its first handshake failed. One that it left without a word
 * tells nothing: it opens connections that it does not need.
 */
function handshakes(events: readonly TraceEvent[]): Reading | undefined {
  const reading = established(events)
  if (reading === undefined) return undefined
  const hasFailed = events.some(
    (event) => event.machine === 'tls' && event.what === 'failed' && event.isLeft !== true,
  )
  const value = `${reading.value}, though not on the first connection`
  return hasFailed ? { ...reading, value } : reading
}

const wayToTheCertificate: readonly Checkpoint[] = [
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
    // It may end before its answer comes.
    step: 'dns',
    name: 'the look-up',
    was: "the client's look-up failed:",
    never: "the client's look-up did not fail",
    isTrouble: true,
    fromClient: true,
    read: gather('client', ({ detail, what }) =>
      what === 'lookup-failed' ? (detail ?? 'no reason') : undefined,
    ),
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
    read: waited('front'),
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
]

const wayIn: readonly Checkpoint[] = [
  {
    step: 'tls',
    name: 'the end of the TLS handshake',
    was: 'TLS was',
    never: 'TLS was never established',
    read: handshakes,
  },
  {
    step: 'network',
    name: 'the request behind TLS',
    was: 'on the way to the gateway, behind TLS,',
    never: 'on the way to the gateway, behind TLS, everything was handed on',
    isTrouble: true,
    read: behindTls,
  },
  {
    step: 'network',
    name: 'the first byte behind TLS',
    was: 'on the way to the gateway bytes waited',
    never: 'no byte came behind TLS',
    read: waited('inner'),
  },
]

/**
 * From the app to the gateway.
 *
 * @param isOutOfTime the client of the broken call reached its own limit.
 */
export function wayThereOf(healthy: readonly TraceEvent[], isOutOfTime: boolean): readonly Checkpoint[] {
  const all = [...wayToTheCertificate, ...leaving(isOutOfTime), ...wayIn]
  return all.map((checkpoint) => beforeRedirect(healthy, checkpoint))
}
