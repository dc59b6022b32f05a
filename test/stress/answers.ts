import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { npmRun } from '../support/command.ts'
import * as corpora from './corpora.ts'
import { type Draw, drawFor, type Part } from './part.ts'

const endsWithinMs = 60_000

/** A Postgres of one's own that answers with anything: a run that is given its URL says so, and ends. */
export const answers: Part = {
  name: 'answers',
  what: 'a database URL behind which something speaks broken Postgres',
  share: 0.5,
  count: 200,
  async run({ found, numbers, seed, untilMs }) {
    for (const number of numbers) {
      if (performance.now() > untilMs) return
      found({ number, kind: 'database URL', inputs: 1, problems: await attempt(drawFor(seed, number)) })
    }
  },
}

async function attempt(draw: Draw): Promise<readonly string[]> {
  const server = createServer((socket) => speak(socket, draw)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `postgres://app:secret@127.0.0.1:${port}/shop`
  const words = [
    'scenario',
    'dns-failure',
    '--',
    '--world=portable',
    '--client=fetch',
    `--database-url=${url}`,
  ]
  const run = npmRun(words)
  const patience = setTimeout(() => process.kill(-run.pid, 'SIGKILL'), endsWithinMs)
  const { code, stderr, stdout } = await run.done
  clearTimeout(patience)
  server.close()
  if (code === 2 || code === 3) return []
  return [
    `expected exit code 2 or 3, saw ${code ?? `none within ${endsWithinMs} ms`}: ${(stdout + stderr).slice(-400)}`,
  ]
}

/** To whatever is asked: a valid answer now and then, so that some get further than the first. */
function speak(socket: Socket, draw: Draw): void {
  socket.on('error', () => {})
  socket.on('data', () => {
    const answer = draw.among(corpora.answers)
    socket.write(draw.isChance(0.5) ? answer : corpora.mutated(answer, draw))
    if (draw.isChance(0.05)) socket.destroy()
  })
}
