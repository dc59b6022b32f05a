import type { Evidence } from './breakable.ts'
import { countedWords, countOf } from './evidence-words.ts'

/** Evidence of rules about HTTP requests: those that met one. `3 requests met the fault: 2 × GET /users, 1 × GET /`. */
export function evidenceOfRequests(events: readonly { method: string; path: string }[]): Evidence {
  const fired = events.length
  if (fired === 0) return { fired, text: 'no request met the fault' }
  const counts = new Map<string, number>()
  for (const { method, path } of events) {
    const name = `${method} ${path}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const parts = [...counts].map(([name, count]) => (counts.size === 1 ? name : `${count} × ${name}`))
  return { fired, ...countedWords(countOf(fired, 'request'), ` met the fault: ${parts.join(', ')}`) }
}
