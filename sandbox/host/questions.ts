interface Pending<Answer> {
  resolve(answer: Answer): void
  reject(error: Error): void
  readonly timer: NodeJS.Timeout
}

/** Questions to another process, each with a number of its own: answered once, or given up when that takes too long. */
export class Questions<Answer> {
  readonly #pending = new Map<number, Pending<Answer>>()
  #asked = 0
  #ended: Error | undefined

  /**
   * @param send sends the question under this number.
   * @param silence what it is rejected with when there was no answer for `limitMs`.
   * @throws Error what `end` was told, once it was.
   */
  ask(send: (id: number) => void, limitMs: number, silence: () => Error): Promise<Answer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#asked += 1
    const id = this.#asked
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => this.fail(id, silence()), limitMs)
      this.#pending.set(id, { resolve, reject, timer })
      send(id)
    })
  }

  answer(id: number, answer: Answer): void {
    this.#take(id)?.resolve(answer)
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error)
  }

  /** The other process has ended: what is asked from now on fails at once, too. */
  end(reason: Error): void {
    this.#ended = reason
    for (const id of [...this.#pending.keys()]) this.fail(id, reason)
  }

  #take(id: number): Pending<Answer> | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    clearTimeout(pending?.timer)
    return pending
  }
}
