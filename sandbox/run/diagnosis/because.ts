import type { Checkpoint, Reading } from './checkpoint.ts'

type Phrases = Pick<Checkpoint, 'was' | 'never' | 'otherwise'>

/** What decided, for people: `the answer was NXDOMAIN; healthy: A 127.0.0.1`. */
export function because(
  { was, never, otherwise }: Phrases,
  healthy: Reading | undefined,
  broken: Reading | undefined,
): string {
  // What something was like that did not come at all is told by its first fact.
  if (broken === undefined) return `${never}; healthy: ${wordsOf(healthy)[0]}`
  if (healthy === undefined) return `${sentence(was, wordsOf(broken))}; healthy: none`
  const [usual, now] = [wordsOf(healthy), wordsOf(broken)]
  const [only, former] = [without(now, usual), without(usual, now)]
  // A fact that one of them lacks leaves nothing to set against it.
  if (only.length > 0 && former.length > 0) return `${sentence(was, only)}; healthy: ${former.join(', ')}`
  if (only.length > 0 || former.length > 0) return `${sentence(was, now)}; healthy: ${usual.join(', ')}`
  return otherwise?.(now.join(', ')) ?? `${sentence(was, [broken.value])}; healthy: ${healthy.value}`
}

function sentence(was: string, words: readonly string[]): string {
  return `${was} ${words.join(', ')}`.trimStart()
}

function wordsOf(reading: Reading | undefined): readonly string[] {
  return reading === undefined ? [] : (reading.words ?? [reading.value])
}

function without(words: readonly string[], others: readonly string[]): readonly string[] {
  return words.filter((word) => !others.includes(word))
}
