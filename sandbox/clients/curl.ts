import type { ResolvedCall } from '../machines/client/resolved-call.ts'
import type { ClientObservation } from '../machines/shared/trace.ts'
import { commandClient, type Ended } from './common/command-client.ts'
import { joinedHeaders } from './common/headers.ts'
import type { Symptom } from './common/symptom.ts'

/** curl, without the user's ~/.curlrc. Its exit codes: curl(1), EXIT CODES. */
export const curlClient = commandClient({
  name: 'curl',
  commands: ['curl'],
  install: 'apt-get install curl',
  args,
  read,
})

/** What curl says of itself after the call (`--write-out`, curl(1)); times in seconds since its start. */
interface WriteOut {
  readonly http_code: number
  readonly time_namelookup: number
  readonly time_connect: number
  readonly local_port: number
  readonly time_appconnect: number
  readonly time_pretransfer: number
  readonly time_starttransfer: number
  readonly time_total: number
  /** `libcurl/7.88.1 OpenSSL/3.0.22 ...` */
  readonly curl_version: string
}

function args(call: ResolvedCall): string[] {
  const body =
    call.body === undefined
      ? []
      : ['--header', 'content-type: application/json', '--data-binary', JSON.stringify(call.body)]
  return [
    '--disable',
    '--silent',
    '--show-error',
    '--request',
    call.method,
    ...Object.entries(call.headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...body,
    '--max-time',
    String(call.timeoutMs / 1000),
    ...(call.connectTimeoutMs === undefined
      ? []
      : ['--connect-timeout', String(call.connectTimeoutMs / 1000)]),
    ...(call.revocationListFile === undefined ? [] : ['--crlfile', call.revocationListFile]),
    ...(call.clientCertificate === undefined
      ? []
      : ['--cert', call.clientCertificate.certFile, '--key', call.clientCertificate.keyFile]),
    ...(call.revocationChecking === 'ocsp-stapling' ? ['--cert-status'] : []),
    '--write-out',
    '%{stderr}\n%{header_json}\n%{json}\n',
    call.url,
  ]
}

function read({
  exit,
  stdout,
  stderr,
  startedMs,
  tookMs,
}: Ended): ReturnType<Parameters<typeof commandClient>[0]['read']> {
  const lines = stderr.trim().split('\n')
  const json = lines.findLast((line) => line.startsWith('{'))
  const said = lines.filter((line) => line.startsWith('curl:') && !noHeaderJson.test(line)).join(' ')
  const out = json === undefined ? undefined : (JSON.parse(json) as WriteOut)
  const response =
    out === undefined || out.http_code === 0
      ? {}
      : { status: out.http_code, ...headersIn(lines), bodyText: stdout.slice(0, 65_536) }
  const isUnmade = unmadeExits.includes(exit) && out?.time_namelookup === 0
  const version = /^libcurl\/(\S+)/.exec(out?.curl_version ?? '')?.[1]
  return {
    isUnmade,
    ...(version === undefined ? {} : { version }),
    symptom: {
      kind: exit === 0 ? 'response' : 'error',
      tookMs,
      exit,
      errors: exit === 0 ? [] : [{ name: `exit ${exit}`, message: said.replace(/^curl: \(\d+\) /, '') }],
      ...response,
    },
    observations: out === undefined || isUnmade ? [] : stages(out, startedMs, exit),
  }
}

/** What a curl older than 7.83 says of `header_json`; its symptom has no headers. */
const noHeaderJson = /unknown --write-out variable: 'header_json'/

/** The headers of the last response, which it writes as JSON of several lines, from `{` to `}`. */
function headersIn(lines: readonly string[]): Pick<Symptom, 'headers'> {
  const end = lines.lastIndexOf('}')
  if (end === -1) return {}
  const start = lines.findLastIndex((line, index) => index < end && line.startsWith('{'))
  const values = JSON.parse(lines.slice(start, end + 1).join('')) as Record<string, readonly string[]>
  return { headers: joinedHeaders(Object.entries(values)) }
}

/** What it refuses before it looks a name up: a protocol that it does not speak (1), a URL that is none (3). */
const unmadeExits = [1, 3]

/** Its own times, as the stages they end; the stage that was under way when it gave up has begun only. */
function stages(out: WriteOut, startedMs: number, exit: number): (ClientObservation & { atMs: number })[] {
  const at = (seconds: number, what: ClientObservation['what'], detail?: string) => ({
    machine: 'client' as const,
    what,
    atMs: startedMs + seconds * 1000,
    ...(detail === undefined ? {} : { detail }),
  })
  const seen = [at(0, 'lookup')]
  if (out.time_namelookup > 0)
    seen.push(at(out.time_namelookup, 'looked-up'), at(out.time_namelookup, 'connect'))
  // Its connect time stays 0 until TLS is there too; that it has a port of its own tells that TCP is.
  if (out.local_port > 0) seen.push(at(out.time_connect, 'connected'))
  if (out.time_appconnect > 0) seen.push(at(out.time_appconnect, 'secured'))
  if (out.time_appconnect > 0 && out.time_pretransfer > 0) seen.push(at(out.time_pretransfer, 'sent'))
  if (out.time_starttransfer > 0 && out.http_code > 0)
    seen.push(at(out.time_starttransfer, 'head', String(out.http_code)))
  if (exit === 0) seen.push(at(out.time_total, 'body'))
  else seen.push(at(out.time_total, 'failed', `exit ${exit}`))
  return seen
}
