import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import { joinedHeaders } from '../common/headers.ts'
import { bodyOf, identityOf, signalOf } from './app-request.ts'
import type { MakeCall } from './main.ts'

// Loads undici now, which the first touch does: the call's own time then starts with the call.
void globalThis.Response

/**
 * The built-in undici keeps its agent under this symbol once `fetch` was touched; its class is the only way to undici's
 * own limits without a second copy of undici in another version (undici docs: Agent, `connect`; Client, `headersTimeout`
 * and `bodyTimeout`).
 */
const dispatcherSymbol = Symbol.for('undici.globalDispatcher.1')

type Dispatcher = NonNullable<RequestInit['dispatcher']>
type AgentClass = new (options: {
  connect: { timeout?: number; cert?: Buffer; key?: Buffer }
  headersTimeout?: number
  bodyTimeout?: number
}) => Dispatcher & { destroy(): Promise<void> }

let warm: Dispatcher | undefined

export const makeCall: MakeCall = async (call) => {
  const isWarm = call.connection === 'warm'
  const agent = newAgent(call)
  if (isWarm) warm ??= agent
  const options: RequestInit = {
    method: call.method,
    headers: { ...(call.body === undefined ? {} : { 'content-type': 'application/json' }), ...call.headers },
    signal: signalOf(call),
    dispatcher: isWarm ? warm! : agent,
  }
  const body = bodyOf(call)
  if (body !== undefined) options.body = body
  try {
    const response = await fetch(call.url, options)
    const { headers, status } = response
    return { status, headers: joinedHeaders(headers), bodyText: await response.text() }
  } finally {
    // A cold call leaves no connection, no TLS session and no address behind.
    if (!isWarm) void agent.destroy()
  }
}

/** An agent as `fetch` makes it for itself, with the limits and the client certificate of the call. */
function newAgent(call: ResolvedCall) {
  const { bodyTimeoutMs, connectTimeoutMs, headersTimeoutMs } = call
  const dispatcher = (globalThis as Record<symbol, unknown>)[dispatcherSymbol] as object
  const connect = connectTimeoutMs === undefined ? {} : { timeout: connectTimeoutMs }
  return new (dispatcher.constructor as AgentClass)({
    connect: { ...connect, ...identityOf(call) },
    ...(headersTimeoutMs === undefined ? {} : { headersTimeout: headersTimeoutMs }),
    ...(bodyTimeoutMs === undefined ? {} : { bodyTimeout: bodyTimeoutMs }),
  })
}
