import type { Evidence } from './breakable.ts'

/** Evidence of rules about HTTP requests: those that met one. `3 × GET /users`. */
export function evidenceOfRequests(events: readonly { method: string; path: string }[]): Evidence {
  const counts = new Map<string, number>()
  for (const { method, path } of events) {
    const name = `${method} ${path}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const parts = [...counts].map(([name, count]) => `${count} × ${name}`)
  return { fired: events.length, text: parts.join(', ') || 'no request met the rule' }
}
