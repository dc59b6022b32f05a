import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { InvalidInput, show } from '../errors/invalid-input.ts'
import { nowMs } from '../host/clock.ts'
import type { Inside } from '../host/ground/ground.ts'
import { InTurn } from '../host/in-turn.ts'
import type { WorldKind } from '../host/place.ts'
import type { Fault } from '../language/fault.ts'
import type { Armed, Evidence } from '../machines/shared/breakable.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import type { When } from '../machines/shared/when.ts'
import { expectDatabase, expectWorld } from '../run/needs.ts'
import { Stop } from '../run/stop.ts'
import type { Seat } from '../world/seat.ts'
import type { World } from '../world/world.ts'
import { defineFault, scenarioOf } from './faults.ts'
import { expectMeetable } from './meetable.ts'
import { runningSandboxes, socketName, verbLine } from './running.ts'
import { toolEnvironment } from './tool-environment.ts'

/** What a running sandbox says of itself. */
export interface SandboxStatus {
  readonly pid: number
  readonly address: string
  readonly world: WorldKind
  /** `healthy` when nothing is armed. */
  readonly armed: ArmedStatus | 'healthy'
  /** Behind `POST /heal` and `POST /arm`: what was armed until then. */
  readonly healed?: Healed
}

/** How a command runs where the sandbox's own client is, and cannot change the machine. */
export interface EnteredInside extends Inside {
  readonly environment: Readonly<Record<string, string>>
}

/** What was armed, and whether its time had passed already. */
export type Healed = Omit<ArmedStatus, 'evidence'>

/** What is armed, and what its machine says of who met it. */
export interface ArmedStatus {
  readonly id: string
  readonly summary: string
  readonly evidence: Evidence
  /** Its time (`when.forMs`) has passed: nothing is broken any more. */
  readonly isOver: boolean
}

interface Broken {
  readonly fault: Fault
  readonly armed: Armed
  /** On the clock of `nowMs`; undefined where it lasts until it is healed. */
  readonly endsMs: number | undefined
}

const bodyBytesMax = 65_536
/** How long a request may take to arrive. What its sender never ends must not be waited for. */
const arriveWithinMs = 5_000
/** How many events `GET /trace` gives at most: the last. */
export const traceEventsMax = 10_000

/**
 * A running sandbox, as another terminal reaches it: HTTP and JSON on a Unix socket in its run directory
 * (nobody else's: mode 0600). `GET /status`, `GET /trace`, `POST /arm {id, parameters, replace}`, `POST /heal`,
 * `POST /inside {writable}`, `GET /changes`.
 */
export class Control {
  readonly #world: World
  readonly #seat: Seat
  readonly #kind: WorldKind
  readonly #server: Server
  readonly #events: TraceEvent[]
  #broken: Broken | undefined
  readonly #turn = new InTurn()

  /** @param events what the door observes; `GET /trace` hands out its end. */
  static async open(world: World, seat: Seat, events: TraceEvent[]): Promise<Control> {
    const { createServer } = await import('node:http')
    const server = createServer({ requestTimeout: arriveWithinMs, connectionsCheckingInterval: 1_000 })
    const control = new Control(world, seat, (await world.clients()).kind, server, events)
    const path = join(world.run.path, socketName(world.address))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // It is made within the call, and so never was another user's to open.
      const umask = process.umask(0o177)
      server.listen(path, resolve)
      process.umask(umask)
    })
    return control
  }

  private constructor(world: World, seat: Seat, kind: WorldKind, server: Server, events: TraceEvent[]) {
    this.#world = world
    this.#seat = seat
    this.#kind = kind
    this.#server = server
    this.#events = events
    server.on('request', (request, response) => {
      this.#answer(request).then(
        (body) => respond(response, 200, body),
        (error: Error) =>
          error instanceof InvalidInput
            ? respond(response, 400, { errors: error.problems.map(({ message }) => message) })
            : respond(response, 500, { error: error.message }),
      )
    })
  }

  /** Two terminals never arm at once; a request takes its turn when it is here as a whole. */
  async #answer(request: IncomingMessage): Promise<unknown> {
    const said = await read(request)
    return await this.#turn.do(() => this.#act(`${request.method} ${request.url}`, said))
  }

  async #act(route: string, said: string): Promise<unknown> {
    switch (route) {
      case 'GET /status':
        return await this.status()
      case 'GET /trace':
        await this.#world.flush()
        return this.#events.slice(-traceEventsMax)
      case 'GET /changes':
        return (await this.#seat.ground.changes?.()) ?? []
      case 'POST /inside':
        return await this.inside(foldersIn(parsed(said)))
      case 'POST /arm':
        return await this.#afterHealing(await this.#arm(parsed(said)))
      case 'POST /heal':
        return await this.#afterHealing(await this.#healed())
      default:
        throw new InvalidInput(
          'control',
          `expected GET /status, GET /trace, GET /changes, POST /arm, POST /heal or POST /inside, saw ${route}`,
        )
    }
  }

  async #afterHealing(healed: Healed | undefined): Promise<SandboxStatus> {
    return { ...(await this.status()), ...(healed && { healed }) }
  }

  /** @returns what it took the place of. */
  async #arm(body: object): Promise<Healed | undefined> {
    const { id, parameters, replace } = body as { id?: unknown; parameters?: unknown; replace?: unknown }
    const fault = await defineFault(String(id), (parameters ?? {}) as Record<string, unknown>)
    await this.#expectArmable(fault)
    if (replace !== true) this.#expectNothingArmed(fault)
    const healed = await this.#healed()
    const armedMs = nowMs()
    const armed = await this.#world.arm(this.#seat, fault.plan)
    this.#broken = { fault, armed, endsMs: endOf(fault, armedMs) }
    return healed
  }

  /** @throws InvalidInput with what is armed: another terminal may be looking at it. */
  #expectNothingArmed(fault: Fault): void {
    const broken = this.#broken
    if (broken === undefined || isOver(broken)) return
    const isAlone = runningSandboxes().length < 2
    const heal = verbLine('heal', this.#world.address, isAlone)
    throw new InvalidInput(`break ${fault.id}`, `expected nothing broken, saw ${broken.fault.id} armed`, {
      next: `Undo it first: ${heal}. Or type the same again, and behind it: ${isAlone ? '-- ' : ''}--replace`,
    })
  }

  /**
   * Asked before anything is healed: a refusal changes nothing.
   * @throws InvalidInput with the scenario to run instead, or what is missing here.
   */
  async #expectArmable(fault: Fault): Promise<void> {
    const refuse = (error: unknown, next?: string): never => {
      if (!(error instanceof Stop)) throw error
      throw new InvalidInput(`break ${fault.id}`, error.message, next === undefined ? {} : { next })
    }
    try {
      expectMeetable(fault, this.#seat)
    } catch (error) {
      const scenario = await scenarioOf(fault)
      refuse(error, scenario && `Run its scenario: npm run scenario ${scenario}`)
    }
    const { lacks } = await this.#world.clients()
    const isElsewhere = !fault.worlds.includes(this.#kind)
    try {
      expectWorld(fault, this.#kind, lacks)
    } catch (error) {
      refuse(error, isElsewhere ? `Start one: npm run sandbox -- --world=${fault.worlds[0]}` : undefined)
    }
    try {
      expectDatabase(fault, this.#world.database)
    } catch (error) {
      refuse(error, 'Start one that does: npm run sandbox -- --database=embedded')
    }
  }

  /**
   * Undoes what is armed. Safe to repeat.
   * @returns what it undid.
   */
  async heal(): Promise<Fault | undefined> {
    const broken = this.#broken
    if (broken === undefined) return undefined
    await broken.armed.heal()
    this.#broken = undefined
    return broken.fault
  }

  /** @returns what it undid, as it was before. */
  async #healed(): Promise<Healed | undefined> {
    const healed = this.#broken && healedStatus(this.#broken)
    await this.heal()
    return healed
  }

  async status(): Promise<SandboxStatus> {
    return {
      pid: process.pid,
      address: this.#world.address,
      world: this.#kind,
      armed: this.#broken === undefined ? 'healthy' : await armedStatus(this.#broken),
    }
  }

  /**
   * @param writable folders that are one with those outside. Real paths.
   * @throws InvalidInput in the portable world.
   */
  async inside(writable: readonly string[]): Promise<EnteredInside> {
    const { ground, place } = this.#seat
    if (ground.inside === undefined) {
      throw new InvalidInput(
        'inside',
        `expected the sealed world, saw the ${this.#kind} one: there is no inside`,
        {
          next: 'Start it with: npm run sandbox -- --world=sealed',
        },
      )
    }
    const { enter, refused } = await ground.inside(place.address, writable)
    return { enter, refused, environment: toolEnvironment(this.#world, this.#seat) }
  }

  /** @returns what it healed. */
  async close(): Promise<Fault | undefined> {
    this.#server.close()
    this.#server.closeAllConnections()
    await this.#turn.settled()
    return await this.heal()
  }
}

/** When the time passes that `when` gives a fault. */
function endOf({ parameters }: Fault, armedMs: number): number | undefined {
  const { afterMs = 0, forMs } = (parameters['when'] ?? {}) as When
  return forMs === undefined ? undefined : armedMs + afterMs + forMs
}

function healedStatus(broken: Broken): Healed {
  const { id, summary } = broken.fault
  return { id, summary, isOver: isOver(broken) }
}

/**
 * Whether it is over is asked first: what ends while its machine is asked was not over when that answered. A machine
 * that cannot tell hides neither what is armed nor how to undo it.
 */
async function armedStatus(broken: Broken): Promise<ArmedStatus> {
  const status = healedStatus(broken)
  const unknown = ({ message }: Error): Evidence => ({ fired: 0, text: `it cannot be counted: ${message}` })
  return { ...status, evidence: await broken.armed.evidence().catch(unknown) }
}

function isOver({ endsMs }: Broken): boolean {
  return endsMs !== undefined && nowMs() >= endsMs
}

/** @throws InvalidInput */
function foldersIn({ writable }: { readonly writable?: unknown }): readonly string[] {
  if (Array.isArray(writable) && writable.every((each) => typeof each === 'string' && each.startsWith('/')))
    return writable.map((path) => resolve(path))
  throw new InvalidInput('inside', `writable: expected absolute paths, saw ${show(writable)}`)
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > bodyBytesMax)
      throw new InvalidInput('control', `expected at most ${bodyBytesMax} bytes of JSON, saw more`)
  }
  return text
}

function parsed(text: string): object {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return body
  } catch {
    // Said below.
  }
  throw new InvalidInput('control', 'expected a JSON object, saw something else')
}
