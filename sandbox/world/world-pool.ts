import type { World, WorldOptions } from './world.ts'

interface Opened {
  readonly kind: WorldOptions['kind']
  readonly world: Promise<World>
  isTaken: boolean
}

/**
 * Sandboxes for runs side by side: one can be opened early, each serves one run at a time, and is replaced when
 * damaged.
 */
export class WorldPool {
  readonly #options: Omit<WorldOptions, 'kind'>
  readonly #opened = new Set<Opened>()
  #closed: Promise<void> | undefined

  constructor(options: Omit<WorldOptions, 'kind'>) {
    this.#options = options
  }

  get isClosed(): boolean {
    return this.#closed !== undefined
  }

  /** Resolves when what takes long has been spawned. The first run that uses a sandbox of this kind gets it. */
  async openEarly(kind: WorldOptions['kind']): Promise<void> {
    await this.#open(kind).world
  }

  /**
   * Runs `work` in a sandbox of this kind, which no other run has meanwhile.
   * @param isDamaging after such a result a part may be dead, or a machine still broken: the next run
   * gets a new sandbox.
   * @throws Error when the pool is closed: what a run meets when its sandbox is taken away is no finding.
   */
  async use<Result>(
    kind: WorldOptions['kind'],
    work: (world: World) => Promise<Result>,
    isDamaging: (result: Result) => boolean,
  ): Promise<Result> {
    const idle = [...this.#opened].filter(({ isTaken }) => !isTaken)
    const others = idle.filter((each) => each.kind !== kind)
    const opened = idle.find((each) => each.kind === kind) ?? this.#open(kind)
    // Taken before anything is waited for: another lane may ask meanwhile.
    opened.isTaken = true
    await Promise.all(others.map((each) => this.#drop(each)))
    const result = await work(await opened.world)
    if (isDamaging(result)) await this.#drop(opened)
    else opened.isTaken = false
    return result
  }

  /** Also closes sandboxes that still come up. Safe to repeat. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#opened].map((each) => this.#drop(each))).then(() => {})
    return this.#closed
  }

  async #drop(opened: Opened): Promise<void> {
    this.#opened.delete(opened)
    await (await opened.world.catch(() => undefined))?.close()
  }

  #open(kind: WorldOptions['kind']): Opened {
    if (this.isClosed) throw new Error('stopped')
    const world = import('./world.ts').then(({ World: WorldClass }) =>
      WorldClass.open({ ...this.#options, ...(kind === undefined ? {} : { kind }) }),
    )
    // Awaited by the run that uses it; a wrong scenario file is reported before that.
    world.catch(() => {})
    const opened = { kind, world, isTaken: false }
    this.#opened.add(opened)
    return opened
  }
}
