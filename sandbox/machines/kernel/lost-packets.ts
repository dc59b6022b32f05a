import type { Kernel } from '../../host/ground/kernel.ts'
import { InTurn } from '../../host/in-turn.ts'
import { addressesOf, type PlaceAddress } from '../../host/place.ts'

/**
 * Packets of one place that set out and did not arrive, as the kernel counts them. A packet that was not sent again
 * delayed no call, so nft is asked only where TCP repeated one.
 */
export class LostPackets {
  readonly #kernel: Kernel
  readonly #place: PlaceAddress
  /** Each call that ends asks for all places: one after the other, or one would miss what another has just read. */
  readonly #turn = new InTurn()
  #repeats = 0
  #lost: Promise<number>

  constructor(kernel: Kernel, place: PlaceAddress) {
    this.#kernel = kernel
    this.#place = place
    // An earlier client of this place may have lost some.
    this.#lost = this.#soFar()
    this.#lost.catch(() => {})
  }

  /** How many were lost since this was last asked. */
  since(): Promise<number> {
    return this.#turn.do(async () => {
      const repeats = await this.#kernel.repeats()
      if (repeats === this.#repeats) return 0
      this.#repeats = repeats
      const before = await this.#lost
      const now = Math.max(before, await this.#forCertain(before))
      this.#lost = Promise.resolve(now)
      return now - before
    })
  }

  /** A packet that was under way while it was counted has arrived by a second look; one that is lost never does. */
  async #forCertain(before: number): Promise<number> {
    const first = await this.#soFar()
    return first > before ? Math.min(first, await this.#soFar()) : first
  }

  async #soFar(): Promise<number> {
    const { sent, arrived } = await this.#kernel.packets(addressesOf(this.#place), this.#place.ports.https)
    return sent - arrived
  }
}
