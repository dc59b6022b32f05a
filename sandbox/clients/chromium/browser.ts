import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { PartFailure } from '../../errors/part-failure.ts'
import type { Place } from '../../host/place.ts'
import { endGroup } from '../common/process-group.ts'
import { DevTools, type OnEvent } from './devtools.ts'

const launcher = fileURLToPath(new URL('./launch.sh', import.meta.url))

/** Chromium's own words for: no window, nothing remembered, and no request of the browser's own. */
const flags = [
  '--headless',
  // It is root in its user namespace, where its own sandbox refuses to start; it sees no page but ours.
  '--no-sandbox',
  '--remote-debugging-pipe',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-breakpad',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-pings',
  '--no-startup-window',
]

/** Hosts that it asks for all the same: their names would stand among the call's DNS questions. */
const silenced = ['google.com', 'googleapis.com', 'gstatic.com'].map((name) => `MAP *.${name} ~NOTFOUND`)

/** A page in a context of its own: no address, no connection and no TLS session of another call. */
export interface Tab {
  readonly session: string
  readonly context: string
}

/** One Chromium with a profile of its own, in a folder that goes with it. */
export class Browser {
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #devTools: DevTools
  readonly #gone: Promise<void>
  #stderr = ''

  /** @param hosts the hosts that it finds at `address`, without asking a DNS server. */
  constructor(command: string, place: Place, hosts: readonly string[], address: string) {
    this.#folder = place.folder
    mkdirSync(this.#folder, { recursive: true })
    const roots = readFileSync(place.authorityFile, 'utf8').match(/-----BEGIN[\s\S]*?-----END.*/g) ?? []
    for (const [index, root] of roots.entries()) writeFileSync(join(this.#folder, `root-${index}.pem`), root)
    const rules = [...hosts.map((host) => `MAP ${host} ${address}`), ...silenced].join(', ')
    this.#child = place.spawn(
      'sh',
      [
        launcher,
        command,
        ...flags,
        `--user-data-dir=${join(this.#folder, 'profile')}`,
        `--host-resolver-rules=${rules}`,
      ],
      {
        environment: { HOME: this.#folder, TMPDIR: join(this.#folder, 'tmp') },
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      },
    )
    const [, , , toBrowser, fromBrowser] = this.#child.stdio
    this.#devTools = new DevTools(toBrowser as Writable, fromBrowser as Readable)
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4_096)
    })
    this.#gone = new Promise((resolve) => this.#child.once('close', () => resolve()))
    void this.#gone.then(() =>
      this.#devTools.end(
        new PartFailure(`chromium: ended unasked. It said: ${this.#stderr.trim() || 'nothing'}`),
      ),
    )
  }

  /** `150.0.7871.46` */
  async version(): Promise<string> {
    const { product } = await this.#devTools.ask('Browser.getVersion', undefined)
    return product.replace(/^.*\//, '')
  }

  async openTab(): Promise<Tab> {
    const { browserContextId: context } = await this.#devTools.ask('Target.createBrowserContext', {})
    const { targetId } = await this.#devTools.ask('Target.createTarget', {
      url: 'about:blank',
      browserContextId: context,
    })
    const { sessionId: session } = await this.#devTools.ask('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    const ask = this.#devTools.ask.bind(this.#devTools)
    await Promise.all([
      ask('Page.enable', {}, session),
      ask('Network.enable', {}, session),
      ask('Log.enable', undefined, session),
    ])
    return { session, context }
  }

  async closeTab({ context }: Tab): Promise<void> {
    await this.#devTools.ask('Target.disposeBrowserContext', { browserContextId: context })
  }

  /** @throws Error where the page cannot be had. */
  async visit({ session }: Tab, url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) =>
      this.#devTools.listen(session, (name) => {
        if (name === 'Page.loadEventFired') resolve()
      }),
    )
    const { errorText } = await this.#devTools.ask('Page.navigate', { url }, session)
    if (errorText !== undefined) throw new Error(`client: chromium cannot open ${url}: ${errorText}`)
    await loaded
  }

  /** What `expression` comes to in the page, waited for. Meanwhile everything the page reports goes to `onEvent`. */
  async evaluate({ session }: Tab, expression: string, onEvent: OnEvent): Promise<unknown> {
    this.#devTools.listen(session, onEvent)
    const { exceptionDetails, result } = await this.#devTools.ask(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true },
      session,
    )
    if (exceptionDetails !== undefined) throw new Error(`client: the page broke: ${exceptionDetails.text}`)
    return result.value
  }

  async close(): Promise<void> {
    endGroup(this.#child)
    await this.#gone
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
