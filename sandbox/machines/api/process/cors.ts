import type { NextFunction, Request, Response } from 'express'
import { pageHosts } from '../../shared/host-name.ts'

const appOrigin = `https://${pageHosts[0]}`

/**
 * Lets pages of the app's own origin read what the API answers, and no others (Fetch Standard, CORS protocol).
 * Every client gets the same answer: it is the browser that keeps it from a page.
 *
 * @param answerPreflight sends a response without a body.
 */
export const allowApp =
  (answerPreflight: (response: Response) => void) =>
  (request: Request, response: Response, next: NextFunction): void => {
    // The answer differs by origin, so a cache must keep one for each.
    response.vary('Origin')
    const isApp = request.get('origin') === appOrigin
    if (isApp) response.set('Access-Control-Allow-Origin', appOrigin)
    const isPreflight =
      request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined
    if (!isPreflight) {
      next()
      return
    }
    if (isApp) {
      response.set('Access-Control-Allow-Methods', 'GET, HEAD, POST')
      response.set('Access-Control-Allow-Headers', 'authorization, content-type')
    }
    answerPreflight(response)
  }
