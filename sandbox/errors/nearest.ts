import { createRequire } from 'node:module'

// Required: to import it, Node would first read it for the names it exports, which takes 1 ms of every start.
const { closest, distance } = createRequire(import.meta.url)(
  'fastest-levenshtein',
) as typeof import('fastest-levenshtein')

export { distance }

/** The known word that was meant: one so near that it can only be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const near = closest(word, known)
  return distance(word, near) <= Math.max(2, Math.floor(near.length / 3)) ? near : undefined
}

/** ` Did you mean "servfail"?` where one of the known words is near, else the empty string. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? '' : ` Did you mean "${near}"?`
}
