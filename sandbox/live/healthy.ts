import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { PartFailure } from '../errors/part-failure.ts'
import type { Seat } from '../world/seat.ts'

/**
 * Asks the gateway of a seat for the users: behind it API and Postgres answer, each for the first time.
 * @throws PartFailure where they do not.
 */
export async function expectHealthy({ door }: Seat): Promise<void> {
  const { address: host, port } = door.machines.gateway
  const { get } = process.getBuiltinModule('node:http')
  const [answer] = (await once(get({ host, port, path: '/users', agent: false }), 'response')) as [
    IncomingMessage,
  ]
  const body = await text(answer)
  if (answer.statusCode !== 200)
    throw new PartFailure(
      `the API: expected the users, with nothing broken, saw ${answer.statusCode} ${body}. Start the sandbox again`,
    )
}
