import type { Express, Request, Response } from 'express'
import { library } from '../../../host/libraries/library.ts'
import { allowApp } from './cors.ts'
import type { Faults } from './faults.ts'
import { digestOf } from './origins.ts'
import type { Database } from './pool.ts'
import { Refusal, type Reply, refusalFor } from './refusal.ts'
import { type Route, routes } from './routes.ts'
import { doorOf, observe } from './runner.ts'

/** The shop as an Express application. */
export function createApp(database: Database, faults: Faults): Express {
  const express = library('express')
  const app = express()
  app.disable('x-powered-by')
  app.use(admit(database))
  app.use(allowApp(sendNothing))
  app.use(express.json())
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path)
    for (const route of here) app[verbOf(route)](path, serve(route, database, faults))
    app.all(path, refuseMethod(here))
  }
  app.use(() => {
    throw new Refusal(404, 'not_found')
  })
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    const refusal = refusalFor(error)
    const code = refusal.code === 'internal_error' ? nameOf(error) : refusal.code
    send(response, refusal.reply, database, code)
  })
  return app
}

/** Reads the request's id and watches how its response ends. */
const admit =
  (database: Database) =>
  (request: Request, response: Response, next: () => void): void => {
    const given = request.get('x-request-id') ?? ''
    // The id goes into SQL comments, so nothing but a plain word may pass. Without a gateway there is no door.
    const id = /^[\w.-]{1,100}$/.test(given) ? given : 'none.0'
    response.locals['request'] = id
    observe({ what: 'request', request: id, method: request.method, path: request.path })
    response.once('finish', () => {
      observe({ what: 'response', request: id, status: response.statusCode })
    })
    response.once('close', () => {
      if (!response.writableFinished) observe({ what: 'aborted', request: id })
      database.forget(id)
    })
    next()
  }

function serve(route: Route, database: Database, faults: Faults) {
  return async (request: Request, response: Response): Promise<void> => {
    const id = idOf(response)
    observe({ what: 'routed', request: id, path: route.path })
    await faults.meet(doorOf(id), { method: request.method, path: route.path })
    // `is` says false for a body of another type and null for no body at all.
    if (route.takesBody && request.is('application/json') === false) {
      throw new Refusal(415, 'unsupported_media_type')
    }
    const { params, body } = request
    const call = { request: id, params, body, authorization: request.get('authorization') }
    const reply = await route.handle(call, database)
    send(response, reply, database)
  }
}

/** As Express calls it. */
function verbOf({ method }: Route): 'get' | 'post' {
  return method === 'GET' ? 'get' : 'post'
}

function refuseMethod(here: readonly Route[]) {
  const allowed = here.map((route) => (route.method === 'GET' ? 'GET, HEAD' : route.method)).join(', ')
  return (): never => {
    throw new Refusal(405, 'method_not_allowed', { headers: { Allow: allowed } })
  }
}

/** What was decided is told before it is written: what leaves is held against it. */
function send(response: Response, reply: Reply, database: Database, code?: string): void {
  const { body, generated, headers = {}, status } = reply
  const request = idOf(response)
  response.status(status).set(headers)
  observe({
    what: 'decided',
    request,
    status,
    digest: digestOf(JSON.stringify(body)),
    value: database.originsOf(request).value(body, generated),
    headers: headersSet(response),
    ...(code === undefined ? {} : { code }),
  })
  response.json(body)
}

/** A browser's question before the call is answered by no route. */
function sendNothing(response: Response): void {
  response.status(204)
  observe({
    what: 'decided',
    request: idOf(response),
    status: 204,
    digest: digestOf(''),
    headers: headersSet(response),
  })
  response.end()
}

/** A digest of all that the application has set by now, wherever it did: what Express adds comes later. */
function headersSet(response: Response): string {
  const lines = Object.entries(response.getHeaders()).map(([name, value]) => `${name}: ${String(value)}`)
  return digestOf(lines.sort().join('\n'))
}

function idOf(response: Response): string {
  return response.locals['request'] as string
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
