import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientObservation } from '../../machines/shared/trace.ts'
import { requestWords } from '../common/request-words.ts'

type ObserveClient = (observation: ClientObservation) => void

interface UndiciRequest {
  readonly origin?: string
  readonly method: string
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
}

/**
 * Follows a call from the client's side, through Node's own diagnostics channels: nothing is patched, and no
 * data listener changes the mode of a stream.
 */
export function observeSockets(observe: ObserveClient): ObserveClient {
  const see = (what: ClientObservation['what'], detail?: string) =>
    observe({ machine: 'client', what, ...(detail === undefined ? {} : { detail }) })

  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket }
    see('lookup')
    socket.on('lookup', (error: NodeJS.ErrnoException | null, address: string) => {
      if (error === null || error === undefined) see('looked-up', address)
      else see('lookup-failed', error.code)
    })
    socket.on('connectionAttempt', (address: string, port: number) => see('connect', `${address}:${port}`))
    socket.on('connect', () => see('connected'))
    socket.on('secureConnect', () => see('secured'))
  })

  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: UndiciRequest }
    const names = request.headers.filter((_, index) => index % 2 === 0)
    see('request', requestWords(request.method, `${request.origin ?? ''}${request.path}`, names))
  })
  subscribe('undici:client:sendHeaders', () => see('sent'))
  subscribe('undici:request:headers', (message) => {
    const { response } = message as { response: { statusCode: number } }
    see('head', String(response.statusCode))
  })
  subscribe('undici:request:trailers', () => see('body'))

  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest }
    const url = `${request.protocol}//${request.getHeader('host')}${request.path}`
    see('request', requestWords(request.method, url, request.getHeaderNames()))
    request.once('finish', () => see('sent'))
  })
  subscribe('http.client.response.finish', (message) => {
    const { response } = message as { response: IncomingMessage }
    see('head', String(response.statusCode))
    response.once('end', () => see('body'))
  })
  return observe
}
