import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { InvalidInput } from '../errors/invalid-input.ts'
import { PartFailure } from '../errors/part-failure.ts'
import { isStopped } from '../host/lifetime/process-identity.ts'
import { type Running, runningSandboxes } from '../live/running.ts'

/** Healing may start a part again, which may take 15 s on a machine that does much else. */
const answerWithinMs = 30_000

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
 * @throws InvalidInput when none runs, several do and none was named, or it refuses what was asked; PartFailure when it
 * does not answer, or could not do it.
 */
export async function ask(which: Which | undefined, question: Question): Promise<unknown> {
  const sandbox = find(which, question.verb)
  const place = `sandbox ${sandbox.address} (pid ${sandbox.pid})`
  // It would never answer.
  if (isStopped(sandbox.pid)) {
    const next = `Let it go on: kill -CONT ${sandbox.pid}`
    throw new PartFailure(`${place}: expected it to run, saw its process stopped (SIGSTOP). ${next}`)
  }
  const { status, said } = await exchange(sandbox, question).catch((error: NodeJS.ErrnoException) => {
    const { code, message } = error
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET')
      throw new PartFailure(`${place}: expected an answer, saw it end`)
    throw new PartFailure(`${place}: ${message}`)
  })
  const answer = JSON.parse(said) as { error?: string; errors?: readonly string[] }
  if (status === 200) return answer
  const { error, errors = [] } = answer
  if (errors.length === 0) throw new PartFailure(`${place}: ${error}`)
  throw InvalidInput.of(errors.map((each) => new InvalidInput('sandbox', each)))
}

function find(which: Which | undefined, verb: string): Running {
  const place = `npm run sandbox ${verb}`
  const running = runningSandboxes()
  const addresses = running.map(({ address, pid }) => `${address} (pid ${pid})`).join(', ')
  if (running.length === 0) {
    throw new InvalidInput(place, 'expected a running sandbox, saw none', {
      next: 'Start one: npm run sandbox',
    })
  }
  const named = which === undefined ? running : running.filter(({ address }) => address === which.address)
  const [only, second] = named
  if (only === undefined) {
    const { address, saidBy } = which!
    throw new InvalidInput(`${saidBy}=${address}`, `expected a running sandbox there, saw ${addresses}`)
  }
  if (second === undefined) return only
  const example = `--sandbox=${second.address}`
  const typed =
    verb === 'exec'
      ? `exec -- ${example} <command...>`
      : `-- ${verb}${verb === 'break' ? ' <fault>' : ''} ${example}`
  throw new InvalidInput(place, `expected to be told which sandbox, saw several running: ${addresses}`, {
    next: `Say which: npm run sandbox ${typed}`,
  })
}

/** @throws Error where the socket does, or nothing came back in time. */
async function exchange(
  { pid, socket: socketPath }: Running,
  { body, route }: Question,
): Promise<{ readonly status: number | undefined; readonly said: string }> {
  const [method = '', path = ''] = route.split(' ')
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // With an agent its connection would stay for a next question.
    const sent = request({ socketPath, method, path, timeout: answerWithinMs, agent: false }, resolve)
    sent.on('timeout', () => {
      const next = `End it, and nothing of it stays: kill -KILL ${pid}`
      sent.destroy(new Error(`expected an answer within ${answerWithinMs / 1_000} s, saw none. ${next}`))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
  return { status: response.statusCode, said: await text(response) }
}
