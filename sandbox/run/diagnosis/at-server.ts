import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'
import { conversation } from './conversation.ts'
import { leftAsDecided } from './left.ts'
import { otherAnswer, untakenRequest } from './pairs.ts'
import { impatience } from './patience.ts'
import { processTurn } from './process.ts'
import { gather, type Of } from './readings.ts'
import { ofRequest, requestEvents } from './requests.ts'

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

/** The reply of an API that does not tell what it decided. */
function untoldAnswer(events: readonly TraceEvent[]): Reading | undefined {
  if (events.some((event) => event.machine === 'api' && event.what === 'decided')) return undefined
  const answered = events.find((event) => event.machine === 'gateway' && event.what === 'upstream-response')
  const left = events.find(
    (event): event is Of<'gateway'> =>
      event.machine === 'gateway' && event.what === 'left' && (event.status ?? 0) >= 200,
  )
  if (answered === undefined || left === undefined) return undefined
  const { atMs, digest, headers, status } = left
  return { value: `${status} ${headers} ${digest}`, words: [`${status}`], atMs, pair: otherAnswer }
}

/** From the gateway to the route that took the request. */
function wayToTheRoute(gaveUp: Checkpoint['read']): readonly Checkpoint[] {
  return [
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
      step: 'server',
      name: "the gateway's giving up",
      was: 'the gateway gave up on the API, which was not late,',
      never: 'the gateway did not give up on the API',
      isTrouble: true,
      read: gaveUp,
    },
    processTurn((events) => {
      const asked = events.find((event) => event.machine === 'gateway' && event.what === 'handed-on')
      const taken = events.find((event) => event.machine === 'api' && event.what === 'request')
      return asked && { fromMs: asked.atMs, doneMs: taken?.atMs }
    }, untakenRequest),
    {
      step: 'server',
      name: 'the request at the API',
      was: 'the API received',
      never: 'no request reached the API',
      read: gather('api', (event) =>
        event.what === 'request' ? `${event.method} ${event.path}` : undefined,
      ),
    },
    {
      step: 'server',
      name: 'the route',
      was: 'the route was',
      never: 'no route of the API took the request',
      read: gather('api', (event) => (event.what === 'routed' ? event.path : undefined)),
    },
  ]
}

/** From the API's last statement to what leaves the gateway. */
const decisionAndAnswer: readonly Checkpoint[] = [
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
    step: 'backend',
    name: "the API's answer",
    was: 'the answer was',
    never: 'there was no answer',
    otherwise: (words) => `the answer was ${words} with other data or headers`,
    read: untoldAnswer,
  },
  {
    // What its parser cannot read left the API so.
    step: 'response',
    name: "the API's answer at the gateway",
    was: "of the API's answer the gateway could read nothing:",
    never: "the gateway could read the API's answer",
    isTrouble: true,
    read: gather('gateway', ({ code, what }) =>
      what === 'upstream-failed' && code?.startsWith('HPE_') ? code : undefined,
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
    name: 'what left the gateway',
    was: 'what left the gateway was',
    never: 'no answer of the API left the gateway',
    read: leftAsDecided,
  },
]

/**
 * What gateway, API and database did with one request of the call.
 *
 * @param index which of them: 0 for the first.
 * @param calls the healthy ones and the broken one.
 */
export function atServer(index: number, { healthy, broken, noiseMs }: Calls): readonly Checkpoint[] {
  const own = (events: readonly TraceEvent[]) => requestEvents(index, events)
  const all = [
    ...wayToTheRoute(impatience(noiseMs)),
    ...conversation(...healthy.map(own), own(broken)),
    ...decisionAndAnswer,
  ]
  return all.map((checkpoint) => ofRequest(index, checkpoint))
}

export interface Calls {
  readonly healthy: readonly (readonly TraceEvent[])[]
  readonly broken: readonly TraceEvent[]
  /** What is no lateness yet. */
  readonly noiseMs: number
  /** The client of the broken call reached its own limit. */
  readonly isOutOfTime: boolean
}
