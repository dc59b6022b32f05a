import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** ` Did you mean "servfail"?` where one of the known words is near, else the empty string. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  // Loaded only where somebody mistyped.
  const { closest, distance } = require('fastest-levenshtein') as typeof import('fastest-levenshtein')
  const near = closest(word, known)
  return distance(word, near) <= Math.max(2, Math.floor(near.length / 3)) ? ` Did you mean "${near}"?` : ''
}
