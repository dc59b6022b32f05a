import type { Client } from '../clients/common/client.ts'
import { loadClient } from '../clients/index.ts'
import { PartFailure } from '../errors/part-failure.ts'
import { timed } from '../host/spans.ts'
import { wholeCall } from '../language/call.ts'
import type { ClientName, ClientPromise } from '../language/scenario.ts'
import type { Armed } from '../machines/shared/breakable.ts'
import { meets } from '../machines/table.ts'
import type { World } from '../world/world.ts'
import { whyNot } from './abilities.ts'
import { ClientRun } from './client-run.ts'
import type { Phase } from './connection.ts'
import type { ScenarioFile } from './file/scenario-file.ts'
import { expectDatabase, expectWorld, seatOptions } from './needs.ts'
import { promisesOf } from './promises.ts'
import { firedFor } from './proof.ts'
import type { HealthyCall } from './report.ts'
import { patient, unhealthy } from './steady.ts'
import { Stop } from './stop.ts'

/** A client that did not call, and why. */
export interface Skipped {
  readonly client: ClientName
  readonly skipped: string
}

function isToBeUnaffected({ promise }: ClientRun): boolean {
  return promise === 'unaffected'
}

function partition<Item>(
  items: readonly Item[],
  is: (item: Item) => boolean,
): readonly [those: readonly Item[], others: readonly Item[]] {
  return [items.filter(is), items.filter((item) => !is(item))]
}

/** The phases of a run: steady, arm, call, heal, steady. */
export class Phases {
  readonly #world: World
  readonly #file: ScenarioFile
  readonly #place: string
  clients: readonly ClientRun[] = []
  skipped: readonly Skipped[] = []
  steady: readonly HealthyCall[] = []
  healed: readonly HealthyCall[] = []

  constructor(world: World, file: ScenarioFile) {
    this.#world = world
    this.#file = file
    this.#place = `scenario ${file.id}`
  }

  /**
   * @param wanted which clients may call.
   * @param onSteady called when all clients are healthy, right before the fault is armed.
   * @throws Stop where the run ends here, PartFailure where a part is not there.
   */
  async go(wanted: (client: ClientName) => boolean, onSteady: () => void): Promise<void> {
    const { break: fault, call } = this.#file.scenario
    await timed('front doors', () => this.#arrive(wanted))
    await this.#up()
    expectDatabase(fault, this.#world.database)
    // A browser's start takes all the processors: a call meanwhile would be slow without a fault.
    await Promise.all(this.clients.map(({ started }) => started))
    // What a call takes over from the one before, the connection or its TLS session, takes a call to be there.
    const { connection } = wholeCall(call)
    if (connection !== 'cold') await timed('opening call', () => this.#healthyCalls('before the fault'))
    this.steady = await timed('steady call', () => this.#healthyCalls('before the fault'))
    onSteady()
    await timed('broken call', () => this.#break())
    this.healed = await timed('healed call', () => this.#healthyCalls('after healing'))
  }

  async #up(): Promise<void> {
    try {
      await this.#world.up()
    } catch (error) {
      if (!(error instanceof PartFailure)) throw error
      throw new Stop('unhealthy', `a part did not come up: ${error.message}`)
    }
  }

  /** Every client that is promised something, and can make the call here, takes its seat. */
  async #arrive(wanted: (client: ClientName) => boolean): Promise<void> {
    const { scenario } = this.#file
    const { break: fault, call } = scenario
    const { kind, lacks } = await this.#world.clients()
    expectWorld(fault, kind, lacks)
    const promised = [...promisesOf(scenario, kind)].filter(([name]) => wanted(name))
    const able: { readonly client: Client; readonly promise: ClientPromise }[] = []
    const skipped: Skipped[] = []
    for (const [name, promise] of promised) {
      const client = await loadClient(name)
      const why = whyNot(client, kind, scenario)
      if (why === undefined) able.push({ client, promise })
      else skipped.push({ client: name, skipped: why })
    }
    this.skipped = skipped
    if (able.length === 0) {
      const why = skipped.map((each) => `${each.client}: ${each.skipped}`).join('; ')
      throw new Stop('skipped', why || 'no client that this scenario promises anything was chosen')
    }
    const files = await this.#world.filesFor(call)
    const seat = seatOptions(scenario)
    this.clients = await Promise.all(
      able.map(({ client, promise }) => ClientRun.start(this.#world, client, { promise, call, files, seat })),
    )
  }

  /** Every client calls, healthy; anything else but the healthy promise stops the run. */
  async #healthyCalls(when: Exclude<Phase, 'under the fault'>): Promise<readonly HealthyCall[]> {
    const { call } = this.#file.scenario
    const calls = await this.#each(async (client) => {
      const healthy = await client.call(patient(call), this.#place, when)
      if (when === 'before the fault') client.healthy = healthy
      else client.healed = healthy
      return { client: client.name, symptom: healthy.symptom }
    })
    for (const [index, { client, symptom }] of calls.entries()) {
      const before = when === 'after healing' ? this.clients[index]?.healthy?.symptom : undefined
      const problem = unhealthy(call, symptom, before)
      if (problem === undefined) continue
      throw when === 'before the fault'
        ? new Stop('unhealthy', `${this.#place}: not steady before the fault: ${client} ${problem}`)
        : new Stop(
            'invalid',
            `${this.#place}: the fault was left behind: after healing, ${client} ${problem}`,
          )
    }
    return calls
  }

  async #break(): Promise<void> {
    const { plan } = this.#file.scenario.break
    const meeting = meets(plan)
    switch (meeting) {
      case 'each alone':
        await this.#each((client) => this.#breakFor([client]))
        break
      case 'one at a time':
        await this.#oneByOne((client) => this.#breakFor([client]))
        break
      case 'side by side':
        await this.#sideBySide()
        break
      default:
        meeting satisfies never
    }
    this.#expectFired()
  }

  /** A client that the fault does not touch calls alone: hits of the others are not shared out to it, nor its to them. */
  async #sideBySide(): Promise<void> {
    const [untouched, touched] = partition(this.clients, isToBeUnaffected)
    for (const group of [touched, ...untouched.map((client) => [client])]) {
      if (group.length === 0) continue
      await this.#resetData()
      await this.#breakFor(group)
    }
  }

  /**
   * The fault must have acted on every client, but for those that it is not to touch. That it can act at all is then
   * shown by the others, so one of them must have called.
   */
  #expectFired(): void {
    const isShown = !this.clients.every(isToBeUnaffected)
    for (const client of this.clients) {
      const { fired, name } = client
      if ((fired?.count ?? 0) > 0 || (isToBeUnaffected(client) && isShown)) continue
      const problem = `${this.#place}: the fault never fired for ${name}`
      if (!isToBeUnaffected(client)) throw new Stop('invalid', `${problem}: ${fired?.text}`)
      throw new Stop('skipped', `${problem}, as promised, and no client that is to meet it called`)
    }
  }

  /**
   * Arms the fault for these clients, which call side by side. Several at once only under a state that all of
   * them meet, such as a slow table: then each must have met it.
   */
  async #breakFor(clients: readonly ClientRun[]): Promise<void> {
    const { break: fault, call } = this.#file.scenario
    const { plan } = fault
    let armed: Armed | undefined
    try {
      armed = await this.#world.arm(clients[0]!.seat, plan)
      await Promise.all(
        clients.map(async (client) => {
          client.broken = await client.attempts(this.#place)
        }),
      )
      const evidence = await armed.evidence()
      for (const client of clients) {
        client.fired = firedFor(client, plan, evidence, clients.length)
      }
    } finally {
      await this.#heal(armed)
      const isWarm = wholeCall(call).connection === 'warm'
      if (!isWarm) await Promise.all(clients.map(({ seat }) => seat.door.settle()))
    }
  }

  async #heal(armed: Armed | undefined): Promise<void> {
    try {
      await armed?.heal()
    } catch (error) {
      throw new Stop('invalid', `${this.#place}: the fault was left behind: ${(error as Error).message}`)
    }
  }

  /** Does the same with every client, side by side where none of them changes what the others would find. */
  async #each<Result>(doWith: (client: ClientRun) => Promise<Result>): Promise<readonly Result[]> {
    if (this.#changesData) return await this.#oneByOne(doWith)
    await this.#resetData()
    return await Promise.all(this.clients.map(doWith))
  }

  /** One client after the other, each with the data as it was seeded: what one of them orders is no news to the next. */
  async #oneByOne<Result>(doWith: (client: ClientRun) => Promise<Result>): Promise<readonly Result[]> {
    const results: Result[] = []
    for (const client of this.clients) {
      await this.#resetData()
      results.push(await doWith(client))
    }
    return results
  }

  get #changesData(): boolean {
    return wholeCall(this.#file.scenario.call).method !== 'GET'
  }

  /** Puts every row back, where a call or a fault could have changed one. */
  async #resetData(): Promise<void> {
    if (this.#changesData || this.#file.scenario.break.step === 'database') await this.#world.database.reset()
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()))
  }
}
