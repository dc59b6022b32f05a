/** How far a start has come. */
export interface Progress {
  /** To be called as soon as the part has been spawned, where that is long before it is up. */
  onItsWay(): void
  isUp(other: string): boolean
}

/**
 * One part of a start, as a line of a table: what it waits for, how it starts, how it ends.
 *
 * `Context` is what all parts of the table are given; `Up` are the parts that it needs.
 */
export interface Part<Context, Up, Value> {
  /** The parts that must be up. */
  readonly waitsFor: readonly (keyof Up & string)[]
  /** The parts that must be on their way, though it does not need them: what takes longest is spawned first. */
  readonly behind?: readonly string[]
  /** Imports what it is made of, while it still waits. */
  readonly load?: () => Promise<unknown>
  readonly start: (context: Context, up: Up, progress: Progress) => Promise<Value>
  readonly end?: (value: Value) => unknown
}

// What each part takes and gives is checked by `Sound`, so it may be anything here.
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Anything = any

type AnyPart<Context> = Part<Context, Anything, Anything>

export type Table<Context> = Readonly<Record<string, AnyPart<Context>>>

/** What a part is once it is up. */
export type ValueOf<P> = P extends { start: (...args: Anything) => Promise<infer Value> } ? Value : never

export type UpOf<Parts> = { readonly [Name in keyof Parts]: ValueOf<Parts[Name]> }

/** The table itself where each part is given what it needs; where it is not, the compiler names the part. */
export type Sound<Parts> = {
  readonly [Name in keyof Parts]: Parts[Name] extends {
    start: (context: Anything, up: infer Up, ...rest: Anything) => Anything
  }
    ? UpOf<Parts> extends Up
      ? Parts[Name]
      : 'it waits for a part that is not there, or is another one'
    : never
}

/** The parts of a table, started side by side. */
export class StartedParts<Parts extends Table<Context>, Context> {
  readonly #parts: Parts
  readonly #up = new Map<keyof Parts, Promise<unknown>>()
  readonly #onItsWay = new Map<string, PromiseWithResolvers<void>>()
  readonly #isUp = new Set<string>()

  constructor(parts: Parts, context: Context) {
    this.#parts = parts
    for (const name of Object.keys(parts)) this.#onItsWay.set(name, Promise.withResolvers<void>())
    for (const [name, part] of Object.entries(parts)) {
      const up = Promise.resolve().then(() => this.#start(name, part, context))
      const { resolve } = this.#onItsWay.get(name)!
      const onItsWay = () => resolve()
      // Its failure is for those that wait for it; until then it is not unhandled.
      up.then(onItsWay, onItsWay)
      void part.load?.()
      this.#up.set(name, up)
    }
  }

  async #start(name: string, part: AnyPart<Context>, context: Context): Promise<unknown> {
    await Promise.all((part.behind ?? []).map((other) => this.onItsWay(other)))
    const names = part.waitsFor as readonly string[]
    const values = await Promise.all(names.map((other) => this.get(other)))
    const up = Object.fromEntries(names.map((other, index) => [other, values[index]]))
    const value = await part.start(context, up, {
      onItsWay: () => this.#onItsWay.get(name)!.resolve(),
      isUp: (other) => this.#isUp.has(other),
    })
    this.#isUp.add(name)
    return value
  }

  /** Resolves when the part is up; rejects when it, or one that it waits for, could not start. */
  get<Name extends keyof Parts>(name: Name): Promise<ValueOf<Parts[Name]>> {
    return this.#up.get(name) as Promise<ValueOf<Parts[Name]>>
  }

  /** Resolves when the part has been spawned, or is up, or could not start. */
  onItsWay(name: keyof Parts & string): Promise<void> {
    return this.#onItsWay.get(name)!.promise
  }

  /** Resolves when all are up; rejects when one could not start. */
  async all(): Promise<UpOf<Parts>> {
    const names = [...this.#up.keys()]
    const values = await Promise.all(this.#up.values())
    return Object.fromEntries(names.map((name, index) => [name, values[index]])) as UpOf<Parts>
  }

  /** Ends all that is up, or still comes up. */
  async end(): Promise<void> {
    await Promise.allSettled(
      Object.entries(this.#parts).map(async ([name, { end }]) => end?.(await this.get(name))),
    )
  }
}
