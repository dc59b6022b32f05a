import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { InvalidInput } from '../errors/invalid-input.ts'
import { liveRuns } from '../host/lifetime/sweep.ts'
import { type SandboxStatus, socketName } from '../live/control.ts'

/** Which sandbox is meant, and where that was said. */
export interface Which {
  readonly address: string
  /** `--sandbox`, or the name of a variable. */
  readonly saidBy: string
}

/** The addresses are asked of the sandboxes themselves; whether there is any, of the file system alone. */
export function controlSockets(): readonly string[] {
  return liveRuns()
    .map((run) => join(run, socketName))
    .filter((socket) => existsSync(socket))
}

/**
 * Speaks to a running sandbox: the only one, or the one at this address.
 * @throws InvalidInput when none runs, several do and none was named, or it refuses what was asked.
 */
export async function ask(which: Which | undefined, route: string, body?: unknown): Promise<unknown> {
  const running: { socket: string; status: SandboxStatus }[] = []
  for (const socket of controlSockets()) {
    const status = (await exchange(socket, 'GET /status').catch(() => undefined)) as SandboxStatus | undefined
    if (status !== undefined) running.push({ socket, status })
  }
  const addresses = running.map(({ status }) => `${status.address} (pid ${status.pid})`).join(', ')
  if (running.length === 0) {
    throw new InvalidInput('sandbox', 'expected a running sandbox, saw none', {
      next: 'Start one: npm run sandbox',
    })
  }
  const named =
    which === undefined ? running : running.filter(({ status }) => status.address === which.address)
  const [only, second] = named
  if (only === undefined) {
    const { address, saidBy } = which!
    throw new InvalidInput(`${saidBy}=${address}`, `expected a running sandbox there, saw ${addresses}`)
  }
  if (second !== undefined) {
    throw new InvalidInput('sandbox', `several are running: ${addresses}`, {
      next: `Say which, right behind the verb: npm run sandbox -- status --sandbox=${second.status.address}`,
    })
  }
  return await exchange(only.socket, route, body)
}

function exchange(socketPath: string, route: string, body?: unknown): Promise<unknown> {
  const [method = '', path = ''] = route.split(' ')
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, timeout: 15_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => {
        const answer = JSON.parse(text) as { error?: string; errors?: readonly string[] }
        const { error, errors = [] } = answer
        if (response.statusCode === 200) resolve(answer)
        else if (errors.length === 0) reject(new Error(error))
        else reject(InvalidInput.of(errors.map((each) => new InvalidInput('sandbox', each))))
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`sandbox: no answer on ${socketPath}`)))
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
