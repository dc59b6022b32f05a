import type { Protocol } from 'devtools-protocol'
import { nowMs } from '../../host/clock.ts'
import type { ClientObservation } from '../../machines/shared/trace.ts'
import { requestWords } from '../common/request-words.ts'
import type { ErrorLink } from '../common/symptom.ts'
import type { Events, OnEvent } from './devtools.ts'

type Timed = ClientObservation & { readonly atMs: number }

/** One request as the browser's network stack reports it; a preflight is one too. */
interface Sent {
  readonly isPreflight: boolean
  readonly made: Timed
  /** Its headers went out: this is reported only then. */
  sentMs?: number
  head?: { readonly status: number; readonly atMs: number }
  /** A redirect that it followed, the first of them: only this one went the way that the call went. */
  redirect?: Protocol.Network.Response
  response?: Protocol.Network.Response
  bodyMs?: number
  failed?: Protocol.Network.LoadingFailedEvent & { readonly atMs: number }
}

const stages = ['lookup', 'looked-up', 'connect', 'connected', 'secured', 'sent'] as const

/** What a call met last, by the error it ended with (Chromium, net/base/net_error_list.h). */
const lastStages: readonly (readonly [RegExp, (typeof stages)[number]])[] = [
  [/^ERR_(NAME_|DNS_)/, 'lookup'],
  [/^ERR_(CONNECTION_REFUSED|CONNECTION_TIMED_OUT|CONNECTION_FAILED|ADDRESS_UNREACHABLE)$/, 'connect'],
  // Nothing was sent: what ended the connection came before, or within, the handshake.
  [
    /^ERR_(CERT_|SSL_|CONNECTION_CLOSED$|CONNECTION_RESET$|SOCKET_NOT_CONNECTED$|EMPTY_RESPONSE$)/,
    'connected',
  ],
]

/** What may still be under way when the page has its answer: the browser's processes report on their own. */
const settleMs = 250

/** Follows one call through the browser's own reports of network and console. */
export class CallWatch {
  readonly #requests = new Map<string, Sent>()
  readonly #console: Protocol.Log.LogEntry[] = []
  #onSettled: () => void = () => {}

  readonly onEvent: OnEvent = (name, parameters) => {
    const handle = this.#handlers[name] as ((event: typeof parameters) => void) | undefined
    handle?.(parameters)
    if (this.#isSettled) this.#onSettled()
  }

  readonly #handlers: { readonly [Name in keyof Events]?: (event: Events[Name][0]) => void } = {
    'Network.requestWillBeSent': ({
      documentURL,
      initiator,
      redirectResponse,
      request,
      requestId,
      timestamp,
    }) => {
      // It comes again for each redirect: the call that the app made is the first.
      const known = this.#requests.get(requestId)
      if (known !== undefined) {
        if (redirectResponse !== undefined) known.redirect ??= redirectResponse
        return
      }
      const names = Object.keys(request.headers).filter((name) => !/^(sec-|referer$)/i.test(name))
      const words = requestWords(request.method, request.url, names)
      const detail = `${words} from ${new URL(documentURL).origin}`
      const made = { machine: 'client', what: 'request', detail, atMs: timestamp * 1000 } as const
      this.#requests.set(requestId, { isPreflight: initiator.type === 'preflight', made })
    },
    'Network.requestWillBeSentExtraInfo': ({ requestId }) => this.#add(requestId, { sentMs: nowMs() }),
    'Network.responseReceivedExtraInfo': ({ requestId, statusCode }) =>
      this.#add(requestId, { head: { status: statusCode, atMs: nowMs() } }),
    'Network.responseReceived': ({ requestId, response }) => this.#add(requestId, { response }),
    'Network.loadingFinished': ({ requestId, timestamp }) =>
      this.#add(requestId, { bodyMs: timestamp * 1000 }),
    'Network.loadingFailed': (failed) =>
      this.#add(failed.requestId, { failed: { ...failed, atMs: nowMs() } }),
    'Log.entryAdded': ({ entry }) => this.#console.push(entry),
  }

  #add(requestId: string, seen: Partial<Sent>): void {
    const request = this.#requests.get(requestId)
    if (request !== undefined) Object.assign(request, seen)
  }

  get #call(): Sent | undefined {
    return [...this.#requests.values()].find(({ isPreflight }) => !isPreflight)
  }

  /** A failed call ends with a line on the console, except where the page itself gave it up. */
  get #isSettled(): boolean {
    const call = this.#call
    if (call === undefined) return this.#console.length > 0
    const { bodyMs, failed } = call
    return bodyMs !== undefined || failed?.canceled === true || (failed && this.#console.length > 0) === true
  }

  async settled(): Promise<void> {
    if (this.#isSettled) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#onSettled = resolve
      timer = setTimeout(resolve, settleMs)
    })
    clearTimeout(timer)
  }

  /** What the console says of a call that failed, with the browser's name for the reason where it gives one. */
  errors(): ErrorLink[] {
    const { failed } = this.#call ?? {}
    const code = failed && (failed.blockedReason ?? failed.corsErrorStatus?.corsError ?? netError(failed))
    return this.#console
      .filter(({ level }) => level === 'error')
      .map(({ text }, index) => ({
        name: 'console',
        message: text,
        ...(code === undefined || index > 0 ? {} : { code }),
      }))
  }

  observations(isWarm: boolean): Timed[] {
    return [...this.#requests.values()].flatMap((request) => {
      // The browser itself refused it: nothing was sent, and nothing was to be.
      if (request.failed?.blockedReason !== undefined) return []
      const way = wayOf(request, isWarm)
      if (!request.isPreflight) return [...way, ...endOf(request)]
      // The browser's own question. Its connection is the call's.
      return way.filter(({ what }) => what !== 'request' && what !== 'sent')
    })
  }
}

function netError({ errorText }: Protocol.Network.LoadingFailedEvent): string | undefined {
  return errorText === '' ? undefined : errorText.replace(/^net::/, '')
}

/** From its making to its sending. A context of its own has no connection to use again: what was sent had one. */
function wayOf({ made, sentMs, redirect, failed, ...sent }: Sent, isWarm: boolean): Timed[] {
  const response = redirect ?? sent.response
  const at = (what: ClientObservation['what'], atMs: number, detail?: string): Timed => ({
    machine: 'client',
    what,
    atMs,
    ...(detail === undefined ? {} : { detail }),
  })
  const { timing } = response ?? {}
  if (timing !== undefined) {
    const { dnsStart, dnsEnd, connectStart, connectEnd, sslStart, sslEnd, sendEnd } = timing
    const { remoteIPAddress, remotePort } = response!
    const offsets = {
      lookup: dnsStart,
      'looked-up': dnsEnd,
      connect: connectStart,
      connected: sslStart < 0 ? connectEnd : sslStart,
      secured: sslEnd,
      sent: sendEnd,
    }
    const reached = stages.filter((stage) => offsets[stage] >= 0)
    const place = (stage: string) => (stage === 'connect' ? `${remoteIPAddress}:${remotePort}` : undefined)
    return [made, ...reached.map((what) => at(what, timing.requestTime * 1000 + offsets[what], place(what)))]
  }
  if (sentMs !== undefined) {
    return [made, ...(isWarm ? (['sent'] as const) : stages).map((what) => at(what, sentMs))]
  }
  const error = (failed && netError(failed)) ?? ''
  const last = lastStages.find(([pattern]) => pattern.test(error))?.[1]
  const begun = last === undefined ? [] : stages.slice(0, stages.indexOf(last) + 1)
  return [made, ...begun.map((what) => at(what, failed?.atMs ?? made.atMs))]
}

/** What came back, and how it ended. A response that is kept from the page shows only in the first report of it. */
function endOf({ head, response, bodyMs, failed }: Sent): Timed[] {
  const ends: Timed[] = []
  const { timing } = response ?? {}
  const headMs = timing === undefined ? head?.atMs : timing.requestTime * 1000 + timing.receiveHeadersEnd
  const status = response?.status ?? head?.status
  if (headMs !== undefined) ends.push({ machine: 'client', what: 'head', detail: `${status}`, atMs: headMs })
  if (bodyMs !== undefined) ends.push({ machine: 'client', what: 'body', atMs: bodyMs })
  if (failed !== undefined) {
    const detail = failed.corsErrorStatus?.corsError ?? netError(failed) ?? failed.type
    ends.push({ machine: 'client', what: 'failed', detail, atMs: failed.atMs })
  }
  return ends
}
