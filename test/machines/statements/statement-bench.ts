/**
 * A statement link between a Postgres and the clients of each test of the file that imports this, and the witnesses: a
 * session of its own, and a tap on the way to Postgres.
 */
import { spawn } from 'node:child_process'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { cleanEnvironment } from '../../../sandbox/host/environment.ts'
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import { AdminConnection } from '../../../sandbox/machines/database/admin.ts'
import type { DatabaseTarget } from '../../../sandbox/machines/database/database.ts'
import type { Armed, Evidence } from '../../../sandbox/machines/shared/breakable.ts'
import type { Rule } from '../../../sandbox/machines/shared/rules.ts'
import { StatementLink } from '../../../sandbox/machines/statements/statement-link.ts'
import type {
  StatementEvent,
  StatementVerdict,
} from '../../../sandbox/machines/statements/statement-points.ts'
import { database, run } from '../database/own-database.ts'

export { database, run }
export const ground = new LoopbackGround()
/** Speaks to Postgres past the link. */
export let witness: AdminConnection
export let tap: Tap
export let link: StatementLink
const clients = new Set<Client>()
const sockets = new Set<Socket>()
const bugs: Error[] = []

beforeAll(async () => {
  witness = new AdminConnection(database.admin)
  await witness.query(`CREATE TABLE marks (name text PRIMARY KEY, note text);
    GRANT ALL ON marks TO PUBLIC; CREATE TABLE lines (line text); GRANT ALL ON lines TO PUBLIC;
    GRANT pg_read_all_stats TO ${database.target.user}`)
})

afterAll(async () => {
  await witness.close()
})

beforeEach(async () => {
  await witness.query('TRUNCATE marks, lines')
  tap = await Tap.open(() => database.target)
  link = await openLink({ upstream: () => tap })
})

/** One more than `link` is the test's own to close. */
export function openLink(
  options: Pick<Parameters<typeof StatementLink.open>[0], 'upstream' | 'tls'>,
): Promise<StatementLink> {
  const onBug = (error: Error) => bugs.push(error)
  return StatementLink.open({ ground, address: '127.0.0.1', port: 0, onBug, ...options })
}

afterEach(async () => {
  for (const client of clients) (client as unknown as WithStream).connection.stream.destroy()
  clients.clear()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await link.close()
  await tap.close()
  // Postgres takes a moment to see that its client has gone, and no session is to be taken for one of the next test.
  await untilNoSession()
  expect(bugs).toEqual([])
})

interface WithStream {
  readonly connection: { readonly stream: Socket }
}

/** The shop's own role, through `through`: the link of the test. */
export function target(through: { address: string; port: number } = link): DatabaseTarget {
  return { ...database.target, host: through.address, port: through.port }
}

export async function connected(config: ClientConfig = target()): Promise<Client> {
  const client = new Client({ ssl: false, ...config })
  clients.add(client)
  client.on('error', () => {})
  await client.connect()
  return client
}

export const tagged = (step: string, sql: string, request = 'fetch-1.1') =>
  `/* step=${step} req=${request} */ ${sql}`

/** Writes a row of this name. */
export const insert = (name: string, step = 'marks.add') =>
  tagged(step, `INSERT INTO marks (name) VALUES ('${name}')`)

/** The names of the rows that are committed, as another session sees them. */
export async function marks(): Promise<unknown[]> {
  return (await witness.query('SELECT name FROM marks ORDER BY name')).map(({ name }) => name)
}

/** The sessions of the shop's role as Postgres sees them. */
export async function sessions(): Promise<readonly Record<string, unknown>[]> {
  return await witness.query(`SELECT pid, state, query FROM pg_stat_activity
    WHERE usename = '${database.target.user}' AND backend_type = 'client backend'`)
}

export const untilNoSession = () =>
  vi.waitFor(async () => expect(await sessions()).toEqual([]), { timeout: 5_000, interval: 10 })

/** The link has left no connection to Postgres behind. */
export const untilClosed = () => vi.waitFor(() => expect(tap.open).toBe(0), { timeout: 5_000, interval: 5 })

type StatementRule = Rule<StatementEvent, StatementVerdict>

/** Arms a verdict for the step `marks.add` of the door `fetch-1`. */
export async function arm(verdict: StatementVerdict, rest: Partial<StatementRule> = {}): Promise<void> {
  await armAt('fetch-1', { match: { step: 'marks.add' }, verdict, ...rest })
}

const armedAt = new Map<string, Armed>()

export async function armAt(door: string, rule: StatementRule): Promise<void> {
  armedAt.set(door, await link.point(door).arm({ rules: [rule] }))
}

export const evidence = async (door = 'fetch-1'): Promise<Evidence | undefined> =>
  await armedAt.get(door)?.evidence()

export const heal = async (door = 'fetch-1') => await armedAt.get(door)?.heal()

export const fired = async (door?: string) => (await evidence(door))?.fired ?? 0

export const untilFired = (count = 1) =>
  vi.waitFor(async () => expect(await fired()).toBe(count), { timeout: 5_000, interval: 5 })

/** The silence that proves a stall: long against a loopback round trip. */
export function silence(): Promise<'silence'> {
  return new Promise((resolve) => setTimeout(() => resolve('silence'), 150))
}

/** `silence` where the promise is not settled within one. */
export const settledOrSilence = (promise: Promise<unknown>) =>
  Promise.race([promise.then(...settled), silence()])
const settled = [
  () => 'fulfilled',
  (error: { code?: string; message: string }) => error.code ?? error.message,
] as const

/** Relays bytes and writes them down. It stands behind the link, or in front of it. */
export class Tap {
  readonly address = '127.0.0.1'
  port = 0
  /** What the side that connected said, and what it was answered. */
  readonly up: Buffer[] = []
  readonly down: Buffer[] = []
  /** Of each connection, the side that connected and the one connected to. */
  readonly pairs: [Socket, Socket][] = []
  readonly #server: Server

  get host(): string {
    return this.address
  }

  static async open(
    upstream: () => { host: string; port: number },
    onChunk: (to: Socket, chunk: Buffer) => void = (to, chunk) => to.write(chunk),
  ): Promise<Tap> {
    const tap = new Tap(upstream, onChunk)
    tap.port = await ground.listen(tap.#server, tap.address, 0)
    return tap
  }

  private constructor(
    upstream: () => { host: string; port: number },
    onChunk: (to: Socket, chunk: Buffer) => void,
  ) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      const far = connect({ ...upstream(), allowHalfOpen: true, noDelay: true })
      this.pairs.push([near, far])
      for (const [from, to, heard] of [
        [near, far, this.up],
        [far, near, this.down],
      ] as const) {
        sockets.add(from)
        from.on('data', (chunk: Buffer) => {
          heard.push(chunk)
          onChunk(to, chunk)
        })
        from.on('end', () => to.end())
        from.on('error', () => to.resetAndDestroy())
      }
    })
  }

  get open(): number {
    return this.pairs.filter(([near]) => !near.destroyed).length
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
    await closed
  }
}

/** A program of the user's, as the shop's role through the link. It reads `input`. */
export function program(command: string, words: readonly string[], input = '') {
  const { database: name, host, password, port, user } = target()
  const env = {
    ...{ PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: name },
    ...{ PGSSLMODE: 'prefer', PGGSSENCMODE: 'prefer' },
  }
  const child = spawn(command, words, { env: cleanEnvironment(env), stdio: 'pipe' })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...said }))
  })
}

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) =>
  Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255])

/** Messages as the PostgreSQL manual draws them ("Message Formats"), put together here once more. */
export function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)),
  )
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}
export const say = {
  query: (sql: string) => message('Q', sql),
  parse: (sql: string, name = '') => message('P', name, sql, int16(0)),
  bind: (name = '', portal = '') => message('B', portal, name, int16(0), int16(0), int16(0)),
  describe: (what: 'S' | 'P', name = '') => message('D', Buffer.from(what), name),
  execute: (rowsMax = 0, portal = '') => message('E', portal, int32(rowsMax)),
  close: (what: 'S' | 'P', name = '') => message('C', Buffer.from(what), name),
  sync: message('S'),
  flush: message('H'),
  end: message('X'),
  /** FunctionCall with one text argument, result as text. */
  call: (oid: number, argument: string) =>
    message('F', int32(oid), int16(0), int16(1), int32(argument.length), Buffer.from(argument), int16(0)),
  data: (line: string) => message('d', Buffer.from(line)),
  done: message('c'),
  fail: (why: string) => message('f', why),
  /** SSLRequest 80877103, GSSENCRequest 80877104, or a StartupMessage of this user. */
  ssl: Buffer.concat([int32(8), int32(80_877_103)]),
  gss: Buffer.concat([int32(8), int32(80_877_104)]),
  cancel: (key: Buffer) => Buffer.concat([int32(key.length + 8), int32(80_877_102), key]),
  startup: (user: string) => {
    const body = Buffer.from(`user\0${user}\0\0`)
    return Buffer.concat([int32(body.length + 8), int32(196_608), body])
  },
}

/** A connection to the link that says nothing by itself. */
export function raw({ address, port }: { address: string; port: number } = link): Socket {
  return connect({ host: address, port, allowHalfOpen: true, noDelay: true })
}

/** A socket that speaks the protocol by hand, and writes down what it hears. */
export class RawClient {
  readonly socket: Socket
  /** `end` for a FIN, an error's code for a RST. */
  fate: string | undefined
  #bytes = Buffer.alloc(0)
  #waiting: (() => void) | undefined

  constructor(socket: Socket = raw()) {
    this.socket = socket
    sockets.add(socket)
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#waiting?.()
    })
    const settle = (fate: string) => {
      this.fate ??= fate
      this.#waiting?.()
    }
    socket.on('end', () => settle('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
  }

  /** Logged in by `pg`, whose password exchange is not written down here; from then on by hand. */
  static async login(): Promise<RawClient> {
    const client = await connected()
    const { stream } = (client as unknown as WithStream).connection
    stream.removeAllListeners('data')
    stream.removeAllListeners('end')
    stream.allowHalfOpen = true
    return new RawClient(stream)
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  send(...messages: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(messages))
  }

  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return
        this.#waiting = undefined
        resolve()
      }
      this.#waiting = look
      look()
    })
  }

  untilFate(): Promise<void> {
    return this.until(() => this.fate !== undefined)
  }

  /** Hears messages up to and with the nth ReadyForQuery from here on, and forgets them. */
  async hear(ready = 1): Promise<Heard[]> {
    await this.until(
      () => this.heard().filter(({ type }) => type === 'Z').length >= ready || this.fate !== undefined,
    )
    const heard = this.heard()
    this.#bytes = Buffer.alloc(0)
    return heard
  }

  heard(): Heard[] {
    const found: Heard[] = []
    for (let at = 0; at + 5 <= this.#bytes.length; ) {
      const end = at + 1 + this.#bytes.readInt32BE(at + 1)
      if (end > this.#bytes.length) break
      found.push({ type: String.fromCharCode(this.#bytes[at]!), body: this.#bytes.subarray(at + 5, end) })
      at = end
    }
    return found
  }
}

export interface Heard {
  readonly type: string
  readonly body: Buffer
}

/** The types of messages in a row: `1 2 D C Z`. A ReadyForQuery has the state of the transaction: `ZI`, `ZT`, `ZE`. */
export const typesOf = (heard: readonly Heard[]) =>
  heard.map(({ body, type }) => (type === 'Z' ? `Z${body}` : type)).join(' ')

/** The link has not lost count: the next tagged statement is the one that is answered by the verdict, and no other. */
export async function expectInStep(client: RawClient): Promise<void> {
  await arm({ kind: 'error', sqlstate: '40001', message: 'no' })
  client.send(say.query('SELECT 1'), say.query(insert('x')), say.query('SELECT 2'))
  const heard = await client.hear(3)
  expect([typesOf(heard), sqlstatesOf(heard)]).toEqual(['T D C ZI E ZI T D C ZI', ['40001']])
  expect(await fired()).toBe(1)
}

/** The field of an ErrorResponse that has the SQLSTATE. */
export const sqlstatesOf = (heard: readonly Heard[]) =>
  heard.filter(({ type }) => type === 'E').map(({ body }) => /\0C(\w+)\0/.exec(body.toString())?.[1])

/** The first column of each row, as text. */
export const valuesOf = (heard: readonly Heard[]) =>
  heard
    .filter(({ type }) => type === 'D')
    .map(({ body }) => body.toString('utf8', 6, 6 + body.readInt32BE(2)))
