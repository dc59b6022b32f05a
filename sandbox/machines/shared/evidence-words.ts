import type { Evidence } from './breakable.ts'

/** `1 question`, `4 questions`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** `was` of one, `were` of all others. */
export function wasOf(count: number): string {
  return count === 1 ? 'was' : 'were'
}

/** The words of an evidence that counts: what was counted, and behind it what became of it. */
export function countedWords(counted: string, became: string): Pick<Evidence, 'text' | 'counted'> {
  return { counted, text: `${counted}${became}` }
}
