import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BoundPorts,
  type ContainerRuntimeClient,
  GenericContainer,
  type WaitStrategy,
} from 'testcontainers'
import { PartFailure } from '../../errors/part-failure.ts'
import { AdminConnection } from './admin.ts'
import type { DatabaseTarget } from './database.ts'
import { labelsOf, pullIfMissing, removeContainer } from './engine.ts'
import { settings } from './template.ts'

export interface ContainerOptions {
  readonly client: ContainerRuntimeClient
  readonly image: string
  readonly runId: string
  /** The superuser's. */
  readonly password: string
  readonly signal?: AbortSignal
  readonly onProgress?: (line: string) => void
  readonly onDeath?: (reason: string) => void
  /** The container was restarted from outside: it is up again, and empty, since its data was in memory. */
  readonly onRestart: () => Promise<void>
}

type Container = Parameters<WaitStrategy['waitUntilReady']>[0]

const containerPort = 5432
const readyWithinMs = 60_000
const readyPollMs = 20
/** A restart from outside ends the container first. */
const restartWithinMs = 1_000

/** In every image, and open to every account: a tmpfs takes the mode of the directory that it covers. */
const dataMount = '/tmp'

/** The settings of the embedded cluster that every version of the last years knows, whatever image it is in. */
const shared = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'max_connections',
  'wal_level',
  'deadlock_timeout',
  'client_connection_check_interval',
  'timezone',
] as const

/** A Postgres in a container of the run's own, in memory, published on 127.0.0.1 only. */
export class PostgresContainer {
  /** The superuser's login. The port changes when the container restarts. */
  readonly target: DatabaseTarget
  readonly #container: Container
  #port: number
  #isStopping = false

  /** @throws Error with the container's log when it does not come up. */
  static async start(options: ContainerOptions): Promise<PostgresContainer> {
    await pullIfMissing(options.client, options)
    const description = new Description(options)
    const starting = description.start()
    try {
      // Without the race, an entrypoint that exits is noticed 10 s later, and without its log.
      const started = await Promise.race([starting, description.ended])
      const container = options.client.container.getById(started.getId())
      return new PostgresContainer(container, started.getMappedPort(containerPort), options)
    } catch (error) {
      starting.catch(() => {})
      if (description.container !== undefined) await removeContainer(description.container)
      throw error
    }
  }

  private constructor(container: Container, port: number, options: ContainerOptions) {
    this.#container = container
    this.#port = port
    this.target = loginAt(() => this.#port, options)
    this.#watch(options).catch((error: Error) => {
      if (!this.#isStopping) options.onDeath?.(error.message)
    })
  }

  /** Removes it with its volumes. Safe to repeat. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await removeContainer(this.#container)
  }

  async #watch(options: ContainerOptions): Promise<void> {
    while (!this.#isStopping) {
      await this.#container.wait({ condition: 'next-exit' })
      const port = this.#isStopping ? undefined : await portAfterRestart(this.#container)
      if (this.#isStopping) return
      if (port === undefined) {
        const said = await lastWords(this.#container)
        return options.onDeath?.(`database: the Postgres container ended by itself. It said:\n${said}`)
      }
      this.#port = port
      await untilLogin(this.#container, this.target, options)
      await options.onRestart()
    }
  }
}

class Description extends GenericContainer {
  /** As soon as it is created. */
  container: Container | undefined
  /** Rejects when the container ends before it has come up. */
  readonly ended: Promise<never>
  readonly #options: ContainerOptions
  #rejectEnded: (error: Error) => void = () => {}

  constructor(options: ContainerOptions) {
    super(options.image)
    this.#options = options
    this.ended = new Promise((_, reject) => {
      this.#rejectEnded = reject
    })
    this.ended.catch(() => {})
    this.withLabels(labelsOf(options.runId))
      // Without its helper, which would be one more image; a dead run's container is removed by the next run.
      .withAutoCleanup(false)
      .withEnvironment({ POSTGRES_PASSWORD: options.password, PGDATA: `${dataMount}/faultpath` })
      .withTmpFs({ [dataMount]: 'rw,size=512m' })
      .withCommand(['postgres', ...shared.flatMap((name) => ['-c', `${name}=${settings[name]}`])])
      .withExposedPorts(containerPort)
      .withWaitStrategy(new LoginWait(options))
    // By default it would be published on every address of this host.
    this.hostConfig.PortBindings = { [`${containerPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] }
  }

  protected override async containerCreated(id: string): Promise<void> {
    const container = this.#options.client.container.getById(id)
    this.container = container
    this.#options.signal?.throwIfAborted()
    const ending = container.wait({ condition: 'next-exit' }) as Promise<unknown>
    ending
      .then(async () => this.#rejectEnded(await notUp(this.#options, container)))
      .catch((error: Error) => this.#rejectEnded(error))
  }
}

class LoginWait implements WaitStrategy {
  readonly #options: ContainerOptions

  constructor(options: ContainerOptions) {
    this.#options = options
  }

  async waitUntilReady(container: Container, boundPorts: BoundPorts): Promise<void> {
    const port = boundPorts.getBinding(containerPort)
    await untilLogin(
      container,
      loginAt(() => port, this.#options),
      this.#options,
    )
  }

  withStartupTimeout(): this {
    return this
  }

  isStartupTimeoutSet(): boolean {
    return true
  }

  getStartupTimeout(): number {
    return readyWithinMs
  }
}

/** Up means that it lets us log in, from here: the entrypoint's first server, for its own use, does not count. */
async function untilLogin(
  container: Container,
  target: DatabaseTarget,
  options: ContainerOptions,
): Promise<void> {
  const giveUpAtMs = performance.now() + readyWithinMs
  for (;;) {
    options.signal?.throwIfAborted()
    const admin = new AdminConnection(target)
    try {
      await admin.query('SELECT 1')
      return
    } catch (error) {
      // Class 28: it is up, and does not let us in.
      const isRefused = (error as { code?: string }).code?.startsWith('28') === true
      if (isRefused || performance.now() > giveUpAtMs) throw await notUp(options, container, error as Error)
      await sleep(readyPollMs)
    } finally {
      await admin.close()
    }
  }
}

/** The superuser's login. */
function loginAt(port: () => number, { password }: ContainerOptions): DatabaseTarget {
  return {
    host: '127.0.0.1',
    get port() {
      return port()
    },
    user: 'postgres',
    password,
    database: 'postgres',
  }
}

async function notUp({ image }: ContainerOptions, container: Container, cause?: Error): Promise<PartFailure> {
  const said = await lastWords(container).catch(() => '(its log cannot be read)')
  const why = cause === undefined ? 'it ended' : cause.message
  return new PartFailure(
    `database: Postgres did not come up in a container of ${image} (${why}). It said:\n${said}`,
    {
      cause,
    },
  )
}

/** The published port, when the container is started again in time. */
async function portAfterRestart(container: Container): Promise<number | undefined> {
  const giveUpAtMs = performance.now() + restartWithinMs
  while (performance.now() < giveUpAtMs) {
    const { State, NetworkSettings } = await container.inspect()
    const port = NetworkSettings.Ports[`${containerPort}/tcp`]?.[0]?.HostPort
    if (State.Running && port !== undefined) return Number(port)
    await sleep(readyPollMs)
  }
  return undefined
}

/** The end of the log. It comes in frames: 4 bytes that name the stream, 4 of length, then the text. */
async function lastWords(container: Container): Promise<string> {
  const frames = await container.logs({ stdout: true, stderr: true, tail: 12 })
  let text = ''
  for (let at = 0; at + 8 <= frames.length; at += 8 + frames.readUInt32BE(at + 4)) {
    text += frames.toString('utf8', at + 8, at + 8 + frames.readUInt32BE(at + 4))
  }
  return text.trim()
}
