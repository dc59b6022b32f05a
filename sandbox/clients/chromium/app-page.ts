import type { Symptom } from '../common/symptom.ts'
import { useData } from '../node/app.ts'

/** What the app knows of the call that it makes. */
export interface PageCall {
  readonly method: string
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly timeoutMs: number
  readonly reads?: string
}

/**
 * Runs in the page, as part of the app: it may name nothing but what a page has and its own parameters. What it
 * gives back is all that code in a page can learn: of the headers only those that CORS lets a page read, which are
 * the seven of the Fetch Standard and what the response names in `Access-Control-Expose-Headers`; never `Set-Cookie`.
 */
async function callApi(call: PageCall, use: typeof useData): Promise<Symptom> {
  const startedMs = performance.now()
  let received = {}
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: {
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      signal: AbortSignal.timeout(call.timeoutMs),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
    const text = await response.text()
    received = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      bodyText: text.slice(0, 65_536),
    }
    const data = response.status < 400 ? use(call.path, text, call.reads) : undefined
    const tookMs = performance.now() - startedMs
    return { kind: 'response', tookMs, errors: [], ...received, ...(data === undefined ? {} : { data }) }
  } catch (error) {
    const { name, message } = error as Error
    return { kind: 'error', tookMs: performance.now() - startedMs, errors: [{ name, message }], ...received }
  }
}

/** The whole app: what it does with data is what the other clients' app does. */
export const appPage = `<!doctype html>
<meta charset="utf-8">
<title>Shop</title>
<link rel="icon" href="data:,">
<script>
const useData = ${useData}
const callApi = ${callApi}
</script>
`

/** What makes the app call. */
export function callExpression(call: PageCall): string {
  return `callApi(${JSON.stringify(call)}, useData)`
}
