/** One after the other: each begins when the one before has ended, well or not. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve()

  do<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(act)
    this.#last = done.catch(() => {})
    return done
  }

  /** Resolves when what was asked for so far has ended. */
  async settled(): Promise<void> {
    await this.#last
  }
}
