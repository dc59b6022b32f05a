/** Headers that clients add by themselves: they say nothing of the app. */
const ownHeaders: readonly string[] = [
  'accept',
  'accept-encoding',
  'accept-language',
  'connection',
  'content-length',
  'content-type',
  'host',
  'sec-fetch-mode',
  'user-agent',
]

/** A request as its client made it: `POST https://api.example.test/orders (authorization)`. */
export function requestWords(method: string, url: string, headerNames: readonly string[]): string {
  const names = headerNames.map((name) => name.toLowerCase()).filter((name) => !ownHeaders.includes(name))
  return `${method} ${url}${names.length === 0 ? '' : ` (${names.sort().join(', ')})`}`
}
