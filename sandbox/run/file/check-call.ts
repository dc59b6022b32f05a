import { show } from '../../errors/invalid-input.ts'
import { type Call, wholeCall } from '../../language/call.ts'
import { bearerToken, routesAt, shopRoutes } from '../../machines/api/shop/shop-routes.ts'
import { dotted, jsonProblems } from './json-problems.ts'
import type { ScenarioProblem } from './scenario-problem.ts'

/** What Express reads of a request's JSON at most (express.json, `limit`). */
const bodyBytesMax = 102_400

export const jsonWords =
  'what JSON carries: texts, finite numbers, true, false, null, lists and plain objects'

/**
 * What is wrong with a call whose parts are right one by one. Healthy it would be refused, whatever the data are, which
 * is hardly meant: where the file alone tells that, it is said before anything runs.
 * @param isSound whether a part is right by itself; what is not is judged no further.
 */
export function callProblems(call: Call, isSound: (key: keyof Call) => boolean): ScenarioProblem[] {
  const judges = [
    { judge: limitProblems, of: ['timeoutMs', ...partLimits] },
    { judge: headerProblems, of: ['headers'] },
    { judge: bodyProblems, of: ['body'] },
    { judge: routeProblems, of: ['method', 'path', 'headers', 'body'] },
  ] as const
  return judges.flatMap(({ judge, of }) => (of.every(isSound) ? judge(call) : []))
}

/** Limits of a part of the call: a longer one than that of the whole is never reached. */
const partLimits = ['connectTimeoutMs', 'headersTimeoutMs', 'bodyTimeoutMs'] as const

function limitProblems(call: Call): ScenarioProblem[] {
  const whole = wholeCall(call)
  const { timeoutMs } = whole
  return partLimits.flatMap((key) => {
    const { [key]: limitMs = 0 } = whole
    if (limitMs <= timeoutMs) return []
    const expected = `expected ${timeoutMs} at most, the limit of the whole call (timeoutMs)`
    return [{ path: ['call', key], text: `call.${key}: ${expected}, saw ${limitMs}` }]
  })
}

/** A token of RFC 9110 §5.6.2. */
export const headerName = /^[\w!#$%&'*+.^`|~-]+$/
/** RFC 9110 §5.5: no line break, nothing beyond Latin-1, no space at either end. */
export const headerValue = /^(?:[\x21-\x7e\xa0-\xff](?:[\t\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?)?$/

function headerProblems({ headers = {} }: Call): ScenarioProblem[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const path = ['call', 'headers', name]
    if (!headerName.test(name))
      return [{ path, text: `call.headers: expected the name of a header, saw ${show(name)}` }]
    if (headerValue.test(value)) return []
    return [
      {
        path,
        text: `call.headers.${name}: expected a value that HTTP carries, saw ${show(value)}`,
        next: 'To break a header, use request.invalidHeader(): the call itself is the healthy one',
      },
    ]
  })
}

function bodyProblems({ body }: Call): ScenarioProblem[] {
  if (body === undefined) return []
  const problems = jsonProblems(body).map(({ path, saw, ...next }) => ({
    path: ['call', 'body', ...path],
    text: `${dotted(['call', 'body', ...path])}: expected ${jsonWords}, saw ${saw}`,
    ...next,
  }))
  if (problems.length > 0) return problems
  const bytes = Buffer.byteLength(JSON.stringify(body))
  if (bytes <= bodyBytesMax) return []
  const path = ['call', 'body']
  return [{ path, text: `call.body: expected ${bodyBytesMax} bytes of JSON at most, saw ${bytes}` }]
}

function routeProblems(call: Call): ScenarioProblem[] {
  const { headers, method, path } = wholeCall(call)
  const here = routesAt(path)
  const next = `The routes: ${shopRoutes.map((each) => `${each.method} ${each.path}`).join(', ')}`
  if (here.length === 0)
    return [
      { path: ['call', 'path'], text: `call.path: expected a route of the API, saw ${show(path)}`, next },
    ]
  const route = here.find((each) => each.method === method)
  if (route === undefined) {
    const methods = here.map((each) => each.method).join(' or ')
    const text = `call.method: expected ${methods} for ${path}, saw ${method}`
    return [{ path: ['call', call.method === undefined ? 'path' : 'method'], text, next }]
  }
  const name = `${route.method} ${route.path}`
  const problems: ScenarioProblem[] = []
  const authorization = Object.entries(headers).find(([each]) => each.toLowerCase() === 'authorization')?.[1]
  if (route.wantsToken && bearerToken(authorization) === undefined) {
    const path = ['call', 'headers', 'authorization']
    const text = `call.headers.authorization: expected "Bearer <token>", which ${name} wants, saw ${show(authorization)}`
    problems.push({ path, text, next: 'Take the one in scenarios/01-request/double-submit.ts' })
  }
  const path_ = ['call', 'body']
  if (!route.takesBody && call.body !== undefined)
    problems.push({
      path: path_,
      text: `call.body: expected none, since ${name} takes none, saw ${show(call.body)}`,
    })
  if (route.takesBody && call.body === undefined)
    problems.push({ path: path_, text: `call.body: expected an object, which ${name} takes, saw nothing` })
  return problems
}
