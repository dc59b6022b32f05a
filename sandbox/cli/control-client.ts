import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { InvalidInput } from '../errors/invalid-input.ts'
import { liveRuns } from '../host/lifetime/sweep.ts'
import { type SandboxStatus, socketName } from '../live/control.ts'

/**
 * Speaks to a running sandbox: the only one, or the one at this address.
 * @throws InvalidInput when none runs, several do and none was named, or it refuses what was asked.
 */
export async function ask(which: string | undefined, route: string, body?: unknown): Promise<unknown> {
  const running: { socket: string; status: SandboxStatus }[] = []
  for (const run of liveRuns()) {
    const socket = join(run, socketName)
    if (!existsSync(socket)) continue
    const status = (await exchange(socket, 'GET /status').catch(() => undefined)) as SandboxStatus | undefined
    if (status !== undefined) running.push({ socket, status })
  }
  const addresses = running.map(({ status }) => `${status.address} (pid ${status.pid})`).join(', ')
  if (running.length === 0) {
    throw new InvalidInput('sandbox', 'expected a running sandbox, saw none', {
      next: 'Start one: npm run sandbox',
    })
  }
  const named = which === undefined ? running : running.filter(({ status }) => status.address === which)
  const [only, second] = named
  if (only === undefined) throw new InvalidInput(`sandbox ${which}`, `none runs there. Running: ${addresses}`)
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
        const answer = JSON.parse(text) as { error?: string }
        if (response.statusCode === 200) resolve(answer)
        else if (response.statusCode === 400) reject(new InvalidInput('sandbox', answer.error ?? 'refused'))
        else reject(new Error(answer.error))
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`sandbox: no answer on ${socketPath}`)))
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
