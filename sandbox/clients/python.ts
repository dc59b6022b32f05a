import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ClientName } from '../scenario.ts'
import type { ClientObservation } from '../world/trace.ts'
import type { ResolvedCall } from './client.ts'
import { commandClient, type Ended } from './command-client.ts'
import type { ErrorLink } from './symptom.ts'

const script = fileURLToPath(new URL('./python/call.py', import.meta.url))

/** The system's own first: it is the one that `apt-get install python3-requests` reaches. */
const commands = ['/usr/bin/python3', 'python3']

/** Python's `urllib.request`. */
export const pythonClient = python('python', 'urllib')

/** Python's `requests`. */
export const requestsClient = python('requests', 'requests')

interface Report {
  readonly errors: readonly ErrorLink[]
  readonly status?: number
  readonly body?: string
  readonly tookMs: number
  /** Whether it got as far as looking a name up. */
  readonly made: boolean
}

function python(name: ClientName, library: string) {
  return commandClient({
    name,
    commands,
    install: 'apt-get install python3',
    abilities: ['clientCertificate', ...(library === 'urllib' ? (['crl'] as const) : [])],
    ...(library === 'requests' ? { lacks: lacksRequests } : {}),
    args: (call: ResolvedCall) => ['-I', script, library, JSON.stringify(call)],
    read,
  })
}

let lacking: string | undefined | null = null

function lacksRequests(command: string): string | undefined {
  if (lacking === null) {
    const { status } = spawnSync(command, [
      '-I',
      '-c',
      'import importlib.util as u; exit(u.find_spec("requests") is None)',
    ])
    lacking =
      status === 0 ? undefined : `Python's requests is not installed: apt-get install python3-requests`
  }
  return lacking
}

function read({
  exit,
  stdout,
  stderr,
  startedMs,
  tookMs,
}: Ended): ReturnType<Parameters<typeof commandClient>[0]['read']> {
  if (exit !== 0) throw new Error(`client: Python ended with ${exit}. It said: ${stderr.trim() || 'nothing'}`)
  const { errors, status, body, made, tookMs: ownMs } = JSON.parse(stdout) as Report
  const isError = errors.length > 0
  const endMs = startedMs + tookMs
  const end: ClientObservation = isError
    ? { machine: 'client', what: 'failed', detail: errors.find((link) => link.code)?.code ?? errors[0]!.name }
    : { machine: 'client', what: 'body' }
  return {
    symptom: {
      kind: isError ? 'error' : 'response',
      // Without the start of the interpreter.
      tookMs: ownMs,
      errors,
      ...(status === undefined ? {} : { status }),
      ...(body === undefined ? {} : { bodyText: body.slice(0, 65_536) }),
    },
    observations: [{ ...end, atMs: endMs }],
    isUnmade: !made,
  }
}
