import { readFileSync } from 'node:fs'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'

/** The body as text: what every app does before it hands it to its client. Throws what `JSON.stringify` throws. */
export function bodyOf({ body, misuse }: ResolvedCall): string | undefined {
  if (misuse === 'bigint-body') return JSON.stringify({ ...Object(body), id: 9_007_199_254_740_993n })
  if (misuse === 'circular-body') {
    const holder: Record<string, unknown> = { ...Object(body) }
    holder['self'] = holder
    return JSON.stringify(holder)
  }
  return body === undefined ? undefined : JSON.stringify(body)
}

/** The limit of the whole call; or what an app leaves behind that gave up before it called. */
export function signalOf({ misuse, timeoutMs }: ResolvedCall): AbortSignal {
  return misuse === 'aborted' ? AbortSignal.abort() : AbortSignal.timeout(timeoutMs)
}

/** What the app shows of itself to a server that asks. */
export function identityOf({ clientCertificate }: ResolvedCall): { cert?: Buffer; key?: Buffer } {
  if (clientCertificate === undefined) return {}
  const { certFile, keyFile } = clientCertificate
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) }
}
