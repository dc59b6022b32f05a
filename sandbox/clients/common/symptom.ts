/** One error of a cause chain, as the client's runtime gave it. */
export interface ErrorLink {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly syscall?: string
}

/** What the client saw. */
export interface Symptom {
  readonly kind: 'error' | 'response' | 'hangs'
  readonly tookMs: number
  /** Outermost first. */
  readonly errors: readonly ErrorLink[]
  readonly status?: number
  /** Of the response, as far as the client shows them: names in lower case, several of one name joined by `, `. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body as text, 64 KiB at most. */
  readonly bodyText?: string
  /** What the app made of it. */
  readonly data?: unknown
  /** How many the app made, where it tried again; this is what the last one saw. */
  readonly attempts?: number
  /** Exit code of clients that are commands. */
  readonly exit?: number
}

/** The error in the chain that says what happened: the first with a code, else the innermost. */
export function tellingError(symptom: Symptom): ErrorLink | undefined {
  return symptom.errors.find((link) => link.code !== undefined) ?? symptom.errors.at(-1)
}

/** A symptom in a few words: `ENOTFOUND getaddrinfo`, `status 504`, `hangs`. */
export function symptomWords(symptom: Symptom): string {
  if (symptom.kind === 'hangs') return `hangs (stopped after ${Math.round(symptom.tookMs)} ms)`
  if (symptom.kind === 'response') return `status ${symptom.status}`
  const telling = tellingError(symptom)
  if (telling?.code === undefined)
    return telling === undefined ? 'an error' : `${telling.name}: ${telling.message}`
  return [telling.code, telling.syscall].filter((part) => part !== undefined).join(' ')
}
