import { on, once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Call } from '../../sandbox/language/call.ts'
import { wholeCall } from '../../sandbox/language/call.ts'
import type { Plan } from '../../sandbox/machines/table.ts'
import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import type { LiveSandbox } from './live-sandbox.ts'

/** A fault as a scenario arms it, and the call that meets it. */
export interface Turn {
  readonly scenario: string
  readonly id: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly call: Call
  /** It never meets a connection that is opened later. */
  readonly isOfOpenConnection: boolean
}

/** Each that differs from the others by its fault. */
export async function turns(): Promise<readonly Turn[]> {
  const files = await Promise.all([...listScenarioFiles().values()].map(loadScenarioFile))
  const all = files.map(({ id: scenario, scenario: { break: fault, call = {} } }) => ({
    scenario,
    id: fault.id,
    parameters: fault.parameters,
    call,
    isOfOpenConnection: isOfOpenConnection(fault.plan),
  }))
  const keyOf = ({ id, parameters }: Turn) => `${id} ${JSON.stringify(parameters)}`
  return [...new Map(all.map((turn) => [keyOf(turn), turn])).values()]
}

function isOfOpenConnection({ point, state }: Plan): boolean {
  if (point === 'front-wire') return state?.kind === 'open-struck'
  return point === 'tls' && state?.kind === 'certificate' && state.metBy === 'open-connections'
}

/** A client that keeps its connection after a call: it calls again, and leaves. */
export interface OpenConnection extends AsyncDisposable {
  callAgain(): Promise<void>
  end(): Promise<void>
}

const keptAlive = `
const agent = new (require('node:https').Agent)({ keepAlive: true })
const call = () => require('node:https').get('https://api.example.test/users', { agent, timeout: 500 }, (response) => {
  response.resume().on('end', () => console.log('called')).on('error', () => console.log('failed'))
}).on('timeout', function () { this.destroy() }).on('error', () => console.log('failed'))
call()
process.stdin.on('data', call).on('end', () => process.exit())
`

export async function openConnection(sandbox: LiveSandbox): Promise<OpenConnection> {
  const child = await sandbox.spawn(process.execPath, '-e', keptAlive)
  const lines = on(createInterface(child.stdout), 'line')
  const closed = once(child, 'close')
  const end = async () => {
    child.stdin.end()
    await closed
  }
  await lines.next()
  return {
    callAgain: async () => {
      child.stdin.write('again')
      await lines.next()
    },
    end,
    [Symbol.asyncDispose]: end,
  }
}

/**
 * Two real calls side by side, of which one knows IPv4 alone, by clients that give up: they leave connections in the
 * middle of anything.
 */
export async function meet(
  sandbox: LiveSandbox,
  { call }: Pick<Turn, 'call'>,
  atMostMs = 700,
): Promise<void> {
  const { body, headers, method, path } = wholeCall(call)
  const words = [
    ...['-s', '-m', String(atMostMs / 1_000), '-X', method],
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(body === undefined ? [] : ['-H', 'content-type: application/json', '-d', JSON.stringify(body)]),
    `https://api.example.test${path}`,
  ]
  await sandbox.type('sh', '-c', 'curl "$@" & curl -4 "$@"; wait', 'sh', ...words)
}

/** A sandbox that will not arm it says which scenario does. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  /npm run scenario |expected an open connection|expected a fault that any program/.test(error.message)
