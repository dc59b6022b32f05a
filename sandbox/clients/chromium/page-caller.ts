import { nowMs } from '../../host/clock.ts'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import { pageHosts } from '../../machines/shared/host-name.ts'
import type { Observe } from '../../machines/shared/trace.ts'
import type { Seat } from '../../world/seat.ts'
import type { Program, ReadyClient } from '../common/client.ts'
import { orHangs } from '../common/limit.ts'
import type { Symptom } from '../common/symptom.ts'
import { appPage, callExpression } from './app-page.ts'
import { Browser, type Tab } from './browser.ts'
import { CallWatch } from './call-watch.ts'
import { PageHost } from './page-host.ts'

interface Up {
  readonly browser: Browser
  readonly pages: PageHost
}

/** One browser, and the host that its pages come from. */
export class PageCaller implements ReadyClient {
  readonly started: Promise<void>
  readonly #up: Promise<Up>
  /** Opened while no call waits for it: a new process each, which takes longer than a call. */
  #spare: Promise<Tab>
  /** The page with the connections that a warm call uses again. */
  #warm: Tab | undefined
  #program: Program | undefined

  constructor(command: string, seat: Seat) {
    this.#up = open(command, seat)
    this.#spare = this.#up.then(async ({ browser }) => {
      const [tab, version] = await Promise.all([browser.openTab(), browser.version()])
      this.#program = { version, path: command }
      return tab
    })
    // Why it did not start is said by the call.
    this.started = this.#spare.then(
      () => {},
      () => {},
    )
  }

  get program(): Program | undefined {
    return this.#program
  }

  async call(call: ResolvedCall, observe: Observe): Promise<Symptom> {
    const { browser } = await this.#up
    const isWarm = call.connection === 'warm'
    const tab = this.#warm ?? (await this.#openPage(call))
    if (isWarm) this.#warm = tab
    const startedMs = nowMs()
    const watch = new CallWatch()
    const answered = browser.evaluate(tab, callExpression(call), watch.onEvent) as Promise<Symptom>
    const symptom = await orHangs(call, answered)
    const usedMs = nowMs()
    if (symptom !== 'hangs') await watch.settled()
    for (const { atMs, ...observation } of watch.observations(isWarm)) observe(observation, atMs)
    if (symptom === 'hangs') return { kind: 'hangs', tookMs: nowMs() - startedMs, errors: [] }
    if (symptom.data !== undefined) observe({ machine: 'client', what: 'used' }, usedMs)
    if (!isWarm) {
      await browser.closeTab(tab)
      this.#openSpare(browser)
    }
    return symptom.kind === 'error' ? { ...symptom, errors: [...symptom.errors, ...watch.errors()] } : symptom
  }

  /** The app's page, or the one that the app is called from by mistake. */
  async #openPage({ page: { host = pageHosts[0], policy } = {} }: ResolvedCall): Promise<Tab> {
    const { browser, pages } = await this.#up
    const tab = await this.#spare
    pages.policy = policy
    await browser.visit(tab, `https://${host}/`)
    return tab
  }

  #openSpare(browser: Browser): void {
    this.#spare = browser.openTab()
    // No call waits for the last one.
    this.#spare.catch(() => {})
  }

  async close(): Promise<void> {
    const up = await this.#up.catch(() => undefined)
    await Promise.all([up?.browser.close(), up?.pages.close()])
  }
}

async function open(command: string, { authority, ground, place }: Seat): Promise<Up> {
  const address = place.pages!
  const pages = await PageHost.open({ ground, address, authority, names: pageHosts, page: appPage })
  return { pages, browser: new Browser(command, place, pageHosts, pages.address) }
}
