import { request } from 'node:http'
import { InvalidInput } from '../errors/invalid-input.ts'
import type { SandboxStatus } from '../live/control.ts'
import { controlSockets } from '../live/running.ts'

/** What is asked of a sandbox. */
export interface Question {
  /** As it was typed: `status`. */
  readonly verb: string
  /** `GET /status` */
  readonly route: string
  readonly body?: unknown
}

/** Which sandbox is meant, and where that was said. */
export interface Which {
  readonly address: string
  /** `--sandbox`, or the name of a variable. */
  readonly saidBy: string
}

/**
 * Speaks to a running sandbox: the only one, or the one at this address.
 * @throws InvalidInput when none runs, several do and none was named, or it refuses what was asked.
 */
export async function ask(which: Which | undefined, { body, route, verb }: Question): Promise<unknown> {
  const place = `npm run sandbox ${verb}`
  const running: { socket: string; status: SandboxStatus }[] = []
  for (const socket of controlSockets()) {
    const status = (await exchange(socket, 'GET /status').catch(() => undefined)) as SandboxStatus | undefined
    if (status !== undefined) running.push({ socket, status })
  }
  const addresses = running.map(({ status }) => `${status.address} (pid ${status.pid})`).join(', ')
  if (running.length === 0) {
    throw new InvalidInput(place, 'expected a running sandbox, saw none', {
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
    const example = `--sandbox=${second.status.address}`
    const typed =
      verb === 'exec'
        ? `exec -- ${example} <command...>`
        : `-- ${verb}${verb === 'break' ? ' <fault>' : ''} ${example}`
    throw new InvalidInput(place, `expected to be told which sandbox, saw several running: ${addresses}`, {
      next: `Say which: npm run sandbox ${typed}`,
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
