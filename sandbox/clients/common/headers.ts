/** A response's headers as a symptom has them: names in lower case, several of one name joined by `, `. */
export function joinedHeaders(
  entries: Iterable<readonly [name: string, value: string | readonly string[] | undefined]>,
): Readonly<Record<string, string>> {
  const headers = new Map<string, readonly string[]>()
  for (const [written, value] of entries) {
    if (value === undefined) continue
    const name = written.toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), value].flat())
  }
  return Object.fromEntries([...headers].map(([name, values]) => [name, values.join(', ')]))
}
