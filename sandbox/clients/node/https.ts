import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import { joinedHeaders } from '../common/headers.ts'
import { bodyOf, identityOf, signalOf } from './app-request.ts'
import type { MakeCall } from './main.ts'

/** `import https from 'node:https'` would read every export and load undici with them. */
const https = process.getBuiltinModule('node:https')

const warmAgent = new https.Agent({ keepAlive: true })
/** It keeps no connection but, as every agent of `node:https` does, the last TLS session of each host. */
const resumingAgent = new https.Agent({ keepAlive: false })
const agents = { cold: false, warm: warmAgent, resumed: resumingAgent } as const

/**
 * Node's `https.request`, as an app uses it. It has no connect timeout of its own: only the call's total clock
 * ends it, as an AbortSignal.
 */
export const makeCall: MakeCall = async (call) => {
  const response = await respond(call)
  let bodyText = ''
  response.setEncoding('utf8')
  for await (const chunk of response) bodyText += chunk
  const headers = joinedHeaders(Object.entries(response.headers))
  return { status: response.statusCode ?? 0, headers, bodyText }
}

function respond(call: ResolvedCall): Promise<IncomingMessage> {
  const body = bodyOf(call)
  return new Promise((resolve, reject) => {
    const request = https.request(call.url, {
      method: call.method,
      headers: {
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...call.headers,
      },
      signal: signalOf(call),
      ...identityOf(call),
      ...(call.revocationListFile === undefined ? {} : { crl: listsIn(call.revocationListFile) }),
      agent: agents[call.connection],
    })
    request.once('response', resolve)
    request.once('error', reject)
    request.end(body)
  })
}

/** One by one: of several lists in one text Node reads the first only. */
function listsIn(file: string): string[] {
  return readFileSync(file, 'latin1').split(/(?<=-----END X509 CRL-----\n)/)
}
