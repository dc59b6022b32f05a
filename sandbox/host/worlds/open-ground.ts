import { PartFailure } from '../../errors/part-failure.ts'
import type { ClientGround } from '../ground/ground.ts'
import type { WorldKind } from '../place.ts'
import { PortableGround } from './portable-ground.ts'
import type { KeeperOptions } from './sealed/keeper-process.ts'

export interface ClientGroundOptions extends KeeperOptions {
  /** The sandbox's own address on the host's loopback. */
  readonly address: string
  /** Why this world and no other, where one is wanted. Default: `asked for`. */
  readonly kindReason?: string | undefined
}

/**
 * Enters the sealed world, or says why not.
 * @param wanted undefined: sealed where it can be had, else portable.
 * @throws PartFailure when `sealed` is wanted and cannot be had.
 */
export async function openClientGround(
  wanted: WorldKind | undefined,
  options: ClientGroundOptions,
): Promise<ClientGround> {
  const { kindReason = 'asked for' } = options
  const portable = (reason: string) => new PortableGround(options.address, options.watchdog, reason)
  if (wanted === 'portable') return portable(kindReason)
  let why = `needs Linux, this is ${process.platform}`
  if (process.platform === 'linux') {
    const { SealedGround } = await import('./sealed/sealed-ground.ts')
    try {
      return await SealedGround.enter(wanted === undefined ? 'namespaces work here' : kindReason, options)
    } catch (error) {
      why = (error as Error).message
    }
  }
  if (wanted === undefined) return portable(`no sealed world: ${why}`)
  throw new PartFailure(
    `sealed world: cannot be entered: ${why}. Run with --world=portable, or allow user namespaces`,
  )
}
