import type { ClientName } from '../language/scenario.ts'

/** What there is to say of one client. */
export interface Said {
  readonly client: ClientName
  readonly text: string
}

/** Clients of which the same can be said. */
export interface Alike {
  readonly clients: readonly ClientName[]
  readonly text: string
}

/** Each client lives at an address of its own, and calls from a port of its own. */
const address = String.raw`127(?:\.\d+){3}|2001:db8:(?:[0-9a-f:]*[0-9a-f])?`

/** A time that was measured, never the same twice. */
export const milliseconds = String.raw`\d+(?= ms\b)`

/** Anything that was counted. */
export const counts = String.raw`\b\d+\b`

/**
 * Puts clients together of which the same is said but for their own addresses, of which the first stands for all,
 * and for numbers that `measured` matches, which become a range.
 */
export function alike(all: readonly Said[], measured: string = milliseconds): readonly Alike[] {
  const varying = new RegExp(`(${address})|(${measured})`, 'g')
  const groups = Map.groupBy(all, ({ text }) => text.replaceAll(varying, '#'))
  return [...groups.values()].map((members) => ({
    clients: members.map(({ client }) => client),
    text: together(
      members.map(({ text }) => text),
      varying,
    ),
  }))
}

function together(texts: readonly string[], varying: RegExp): string {
  const found = texts.map((text) => [...text.matchAll(varying)])
  let index = -1
  return texts[0]!.replaceAll(varying, (first: string, isAddress: string | undefined) => {
    index += 1
    if (isAddress !== undefined) return first
    const numbers = found.map((matches) => Number(matches[index]?.[0]))
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
    return least === most ? first : `${least} to ${most}`
  })
}
