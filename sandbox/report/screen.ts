/** Where the lines go: it decides about colour (never the only sign) and width. */
export interface Screen {
  readonly columns: number
  readonly stream: NodeJS.WritableStream
}

/** The ten marks of a client and its name take as much: nothing below makes sense. */
const columnsMin = 50

/** A pipe has no width. Nothing that we cut short is longer. */
const pipeColumns = 140

/** Prose that is wider is hard to read. */
const proseColumnsMax = 110

/** The screen behind a stream. `COLUMNS` counts before what the terminal says of itself, as in other tools. */
export function screenOf(
  stream: NodeJS.WritableStream & { readonly columns?: number },
  environment: NodeJS.ProcessEnv = process.env,
): Screen {
  const given = Number(environment['COLUMNS'])
  const columns = Number.isInteger(given) && given > 0 ? given : (stream.columns ?? pipeColumns)
  return { stream, columns: Math.max(columns, columnsMin) }
}

/** The text, cut to so many columns; its end says so. */
export function clipped(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 3)}...` : text
}

/**
 * The text behind a prefix, as many lines as it takes; further lines are indented. A word that is longer than a
 * line stays whole, so that it can be copied.
 */
export function wrapped(
  prefix: string,
  text: string,
  columns: number,
  indent: number = prefix.length,
): string[] {
  const columnsMax = Math.min(columns, proseColumnsMax)
  const lines: string[] = []
  let line = prefix
  let isEmpty = true
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > columnsMax) {
      lines.push(line.trimEnd())
      line = ' '.repeat(indent)
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line.trimEnd()]
}
