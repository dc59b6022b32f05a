import { type CallFiles, resolveCall } from '../clients/common/client.ts'
import { loadClient } from '../clients/index.ts'
import { PartFailure } from '../errors/part-failure.ts'
import { nowMs } from '../host/clock.ts'
import { timed } from '../host/spans.ts'
import type { WorldKind } from '../language/fault.ts'
import type { Call, ClientName } from '../language/scenario.ts'
import { isShared } from '../machines/points.ts'
import type { Breakable } from '../machines/shared/breakable.ts'
import type { TraceEvent } from '../machines/trace.ts'
import type { World } from '../world/world.ts'
import type { ObservedCall } from './diagnosis/diagnosis.ts'
import type { ScenarioFile } from './file/scenario-file.ts'
import { isWorthRetrying, patient, promisesOf, unhealthy, whyNot } from './promises.ts'
import { firedFor } from './proof.ts'
import type { ClientReport, HealthyCall } from './report.ts'
import { expectConnection, expectDatabase, expectWorld, visitOptions } from './requirements.ts'
import { Stop } from './stop.ts'
import { reportOf, type Traveller } from './traveller.ts'

/** One scenario on its way: steady, arm, call, heal, steady. */
export class ScenarioRun {
  readonly #world: World
  readonly #file: ScenarioFile
  readonly #wanted: (client: ClientName) => boolean
  readonly #onSteady: () => void
  #travellers: readonly Traveller[] = []
  #kind: WorldKind = 'portable'
  #files: CallFiles = {}
  #skipped: readonly { readonly client: ClientName; readonly skipped: string }[] = []
  steady: HealthyCall[] = []
  healed: HealthyCall[] = []

  /**
   * @param wanted which clients may call.
   * @param onSteady called when all clients are healthy, right before the fault is armed.
   */
  constructor(
    world: World,
    file: ScenarioFile,
    wanted: (client: ClientName) => boolean,
    onSteady: () => void,
  ) {
    this.#world = world
    this.#file = file
    this.#wanted = wanted
    this.#onSteady = onSteady
  }

  async go(): Promise<void> {
    await timed('front doors', () => this.#arrive())
    await this.#up()
    expectDatabase(this.#file.scenario.break, this.#world.database)
    // A browser's start takes all of the machine: who called meanwhile would be slow without a fault.
    await Promise.all(this.#travellers.map(({ client }) => client.started))
    // What a call takes over from the one before, the connection or its TLS session, takes a call to be there.
    if (this.#connection !== 'cold') await timed('opening call', () => this.#healthyCalls('before the fault'))
    this.steady = await timed('steady call', () => this.#healthyCalls('before the fault'))
    this.#onSteady()
    await timed('broken call', () => this.#break())
    this.healed = await timed('healed call', () => this.#healthyCalls('after healing'))
  }

  async #up(): Promise<void> {
    try {
      await this.#world.up()
    } catch (error) {
      if (error instanceof PartFailure)
        throw new Stop('unhealthy', `a part did not come up: ${error.message}`)
      throw error
    }
  }

  async #arrive(): Promise<void> {
    const { kind, lacks } = await this.#world.clients()
    this.#kind = kind
    expectWorld(this.#file.scenario.break, kind, lacks)
    const { call } = this.#file.scenario
    const promised = [...promisesOf(this.#file.scenario, kind)].filter(([name]) => this.#wanted(name))
    const loaded = await Promise.all(
      promised.map(async ([name, promise]) => ({ promise, client: await loadClient(name) })),
    )
    this.#skipped = loaded.flatMap(({ client }) => {
      const skipped = whyNot(client, kind, call)
      return skipped === undefined ? [] : [{ client: client.name, skipped }]
    })
    const able = loaded.filter(({ client: { name } }) => !this.#skipped.some(({ client }) => client === name))
    if (able.length === 0) {
      const why = this.#skipped.map(({ client, skipped }) => `${client}: ${skipped}`).join('; ')
      throw new Stop('skipped', why || 'no client that this scenario promises anything was chosen')
    }
    const options = visitOptions(this.#file.scenario)
    this.#files = await this.#world.filesFor(call)
    this.#travellers = await Promise.all(
      able.map(async ({ promise, client: { name, prepare } }): Promise<Traveller> => {
        const events: TraceEvent[] = []
        const visit = await this.#world.visit(name, (event) => events.push(event), options)
        // The process starts while its front door is opened.
        const another = () => prepare(visit.standpoint)
        const client = another()
        await visit.open()
        return { name, promise, visit, events, client, another }
      }),
    )
  }

  get #connection(): NonNullable<Call['connection']> {
    return this.#file.scenario.call?.connection ?? 'cold'
  }

  get #isWarm(): boolean {
    return this.#connection === 'warm'
  }

  /** Every client calls, healthy; anything else but the healthy promise stops the run. */
  async #healthyCalls(when: 'before the fault' | 'after healing'): Promise<HealthyCall[]> {
    await this.#resetData()
    const calls = await Promise.all(
      this.#travellers.map(async (traveller) => {
        const call = await this.#call(traveller, patient(this.#file.scenario.call))
        if (when === 'before the fault') traveller.healthy = call
        return { client: traveller.name, symptom: call.symptom }
      }),
    )
    for (const { client, symptom } of calls) {
      const problem = unhealthy(this.#file.scenario, symptom)
      if (problem === undefined) continue
      throw when === 'before the fault'
        ? new Stop(
            'unhealthy',
            `scenario ${this.#file.id}: not steady before the fault: ${client} ${problem}`,
          )
        : new Stop(
            'invalid',
            `scenario ${this.#file.id}: the fault was left behind: after healing, ${client} ${problem}`,
          )
    }
    return calls
  }

  async #break(): Promise<void> {
    const { plan } = this.#file.scenario.break
    await this.#resetData()
    if (!isShared(plan)) await Promise.all(this.#travellers.map((traveller) => this.#breakFor([traveller])))
    else if (plan.state !== undefined) await this.#breakFor(this.#travellers)
    else for (const traveller of this.#travellers) await this.#breakFor([traveller])
    for (const { name, fired } of this.#travellers) {
      if ((fired?.count ?? 0) > 0) continue
      throw new Stop(
        'invalid',
        `scenario ${this.#file.id}: the fault never fired for ${name}: ${fired?.text}`,
      )
    }
  }

  /**
   * Arms the fault for these travellers, who call side by side. Several at once only under a state that all of
   * them meet, such as a slow table: then each must have met it.
   */
  async #breakFor(travellers: readonly Traveller[]): Promise<void> {
    const { plan } = this.#file.scenario.break
    const point = this.#world.point(travellers[0]!.visit, plan.point)
    try {
      await point.arm(plan)
      await Promise.all(
        travellers.map(async (traveller) => {
          traveller.broken = await this.#attempts(traveller)
        }),
      )
      const evidence = await point.evidence()
      for (const traveller of travellers) {
        const count = firedFor(traveller, plan.point, evidence, travellers.length)
        traveller.fired = { count, text: evidence.text }
      }
    } finally {
      await this.#heal(point)
      if (!this.#isWarm) await Promise.all(travellers.map(({ visit }) => visit.door.settle()))
    }
  }

  async #heal(point: Breakable<never>): Promise<void> {
    try {
      await point.heal()
    } catch (error) {
      throw new Stop(
        'invalid',
        `scenario ${this.#file.id}: the fault was left behind: ${(error as Error).message}`,
      )
    }
  }

  /** The app's call, tried again as often as it is meant to be. */
  async #attempts(traveller: Traveller): Promise<readonly ObservedCall[]> {
    const { retries = 0 } = this.#file.scenario.call ?? {}
    const attempts: ObservedCall[] = []
    do attempts.push(await this.#call(traveller, this.#file.scenario.call))
    while (attempts.length <= retries && isWorthRetrying(attempts.at(-1)!.symptom))
    return attempts
  }

  /** One call, and everything the parts observed of it. */
  async #call(traveller: Traveller, asked: Call | undefined): Promise<ObservedCall> {
    const { client, name, visit, events } = traveller
    // A warm connection may break between two calls: what happened since the last one belongs to this one.
    if (!this.#isWarm) events.length = 0
    const call = visit.caller.puts(resolveCall(asked, visit.door, this.#kind, this.#files))
    await client.started
    const startedMs = nowMs()
    const symptom = await client.call(call, (observation, atMs = nowMs()) =>
      events.push({ ...observation, atMs, door: visit.id }),
    )
    if (symptom.kind === 'hangs') {
      // Only a new process is sure to be able to call again.
      await client.close()
      traveller.client = traveller.another()
    }
    if (!this.#isWarm) await visit.door.quiet()
    await this.#world.flush()
    const inOrder = events.toSorted((one, other) => one.atMs - other.atMs)
    events.length = 0
    const isOpening = traveller.lastToCall !== client
    traveller.lastToCall = client
    expectConnection(`scenario ${this.#file.id}: ${name}`, this.#connection, isOpening, inOrder)
    const limitsMs = [call.timeoutMs, ...(call.connectTimeoutMs === undefined ? [] : [call.connectTimeoutMs])]
    return { startedMs, symptom, events: inOrder, limitsMs }
  }

  /** Puts every row back, where a call or a fault could have changed one. */
  async #resetData(): Promise<void> {
    const { call, break: fault } = this.#file.scenario
    const changes = (call?.method ?? 'GET') !== 'GET' || fault.step === 'database'
    if (changes) await this.#world.database.reset()
  }

  /** What each client's parts observed while the fault was armed. */
  brokenEvents(): readonly { readonly client: ClientName; readonly events: readonly TraceEvent[] }[] {
    return this.#travellers.map(({ name: client, broken }) => ({
      client,
      events: broken?.flatMap(({ events }) => events) ?? [],
    }))
  }

  reports(): ClientReport[] {
    return [...this.#travellers.map(reportOf), ...this.#skipped]
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#travellers.flatMap(({ client, visit }) => [client.close(), visit.close()]))
  }
}
