import type { PageHost } from '../world/client/page-host.ts'
import { nowMs } from '../world/clock.ts'
import { pageHosts } from '../world/host-name.ts'
import type { Observe } from '../world/trace.ts'
import { appPage, callExpression } from './chromium/app-page.ts'
import { Browser, type Tab } from './chromium/browser.ts'
import { CallWatch } from './chromium/call-watch.ts'
import type { Client, ReadyClient, ResolvedCall, Standpoint } from './client.ts'
import { findCommand } from './find-command.ts'
import type { Symptom } from './symptom.ts'

/** After its own limit a client gets this long to say so, before it counts as hanging and is stopped. */
const graceMs = 1_000

const commands = ['chromium', 'google-chrome-stable', 'google-chrome']

/** `fetch` in a page of a real browser: the app comes from its own origin, so the call is a cross-origin one. */
export const chromiumClient: Client = {
  name: 'chromium',
  worlds: ['sealed'],
  onlyNamed: true,
  missing,
  prepare: (standpoint) => new Chromium(standpoint),
}

function missing(): string | undefined {
  if (findCommand(...commands) === undefined) return 'chromium is not installed: apt-get install chromium'
  if (findCommand('certutil') === undefined)
    return 'chromium needs certutil to trust a certificate: apt-get install libnss3-tools'
  if (findCommand('ip') === undefined)
    return 'chromium needs a network card to believe that it is online: apt-get install iproute2'
  return undefined
}

interface Up {
  readonly browser: Browser
  readonly pages: PageHost
}

class Chromium implements ReadyClient {
  readonly started: Promise<void>
  readonly #up: Promise<Up>
  #warm: Tab | undefined

  constructor(standpoint: Standpoint) {
    this.#up = this.#open(standpoint)
    this.started = this.#up.then(
      () => {},
      () => {},
    )
  }

  async #open(standpoint: Standpoint): Promise<Up> {
    const pages = await standpoint.openPages(pageHosts, appPage)
    const browser = new Browser(findCommand(...commands)!, standpoint, pageHosts, pages.address)
    await browser.closeTab(await browser.openTab())
    return { browser, pages }
  }

  async call(call: ResolvedCall, observe: Observe): Promise<Symptom> {
    const { browser, pages } = await this.#up
    const { host = pageHosts[0], policy } = call.page ?? {}
    const isWarm = call.connection === 'warm'
    let tab = this.#warm
    if (tab === undefined) {
      pages.policy = policy
      tab = await browser.openTab()
      await browser.visit(tab, `https://${host}/`)
    }
    this.#warm = isWarm ? tab : undefined
    const startedMs = nowMs()
    const watch = new CallWatch()
    const answered = browser.evaluate(tab, callExpression(call), watch.onEvent) as Promise<Symptom>
    const symptom = await within(call.timeoutMs + graceMs, answered)
    if (symptom === 'hangs') return { kind: 'hangs', tookMs: nowMs() - startedMs, errors: [] }
    if (symptom.data !== undefined) observe({ machine: 'client', what: 'used' })
    await watch.settled()
    for (const { atMs, ...observation } of watch.observations(call.connection)) observe(observation, atMs)
    if (!isWarm) await browser.closeTab(tab)
    return symptom.kind === 'error' ? { ...symptom, errors: [...symptom.errors, ...watch.errors()] } : symptom
  }

  async close(): Promise<void> {
    const { browser, pages } = await this.#up
    await Promise.all([browser.close(), pages.close()])
  }
}

async function within<Value>(limitMs: number, promise: Promise<Value>): Promise<Value | 'hangs'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'hangs'>((resolve) => {
    timer = setTimeout(resolve, limitMs, 'hangs')
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
    // Once nobody waits for it, its failure is nobody's: the browser is about to be ended.
    promise.catch(() => {})
  }
}
