import { styleText } from 'node:util'

/** Where the lines go: it decides about colour (never the only sign) and width. */
export interface Screen {
  readonly columns: number
  readonly stream: NodeJS.WritableStream
}

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** A label and a name take as much beside a few words: on less nothing makes sense. */
const columnsMin = 50

/** A pipe has no width. Nothing that we set side by side is longer. */
const pipeColumns = 140

/** Wider prose is hard to read. So a wide terminal shows the prose of one that is so wide. */
const proseColumnsMax = 80

/** The screen behind a stream. `COLUMNS` counts before what the terminal says of itself, as in other tools. */
export function screenOf(
  stream: NodeJS.WritableStream & { readonly columns?: number },
  environment: NodeJS.ProcessEnv = process.env,
): Screen {
  const columns = columnsOf(stream, environment) ?? pipeColumns
  return { stream, columns: Math.max(columns, columnsMin) }
}

function columnsOf(
  stream: { readonly columns?: number },
  environment: NodeJS.ProcessEnv,
): number | undefined {
  const given = Number(environment['COLUMNS'])
  return Number.isInteger(given) && given > 0 ? given : stream.columns
}

/**
 * A message of problems, a line each, as the screen has room for them. A pipe gets each whole: it is searched, and its
 * lines are counted.
 */
export function problemText(
  message: string,
  stream: { readonly columns?: number },
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const columns = columnsOf(stream, environment)
  if (columns === undefined) return message
  const room = Math.max(columns, columnsMin)
  const lines = message.split('\n').flatMap((line) => {
    const options = { columns: room, indent: problemIndent, between: ' ' }
    return flowed('', wordsOf(line), options)
  })
  return lines.join('\n')
}

/** Below a problem, so that the next one is told from what goes on. */
const problemIndent = 2

/** How a command begins that is typed by being copied, and how the last of its words ends where the text goes on. */
const commandStarts: readonly string[] = ['npm', 'apt-get']
const commandEnd = /[.,:;)]$/

/** The words of a text. A command is one: in two lines it would be two commands. */
function wordsOf(text: string): string[] {
  const words: string[] = []
  let isCommand = false
  for (const word of text.split(' ')) {
    if (isCommand) words.push(`${words.pop()} ${word}`)
    else words.push(word)
    isCommand = (isCommand || commandStarts.includes(word)) && !commandEnd.test(word)
  }
  return words
}

export function painter({ stream }: Screen): Paint {
  return (style, text) => styleText(style, text, { stream })
}

export function proseColumns({ columns }: Screen): number {
  return Math.min(columns, proseColumnsMax)
}

interface Wrapping {
  /** Of further lines. Default: the prefix's width. */
  readonly indent?: number
  /** A word that is longer than a line goes on in the next. Without it such a word stays whole, to be copied. */
  readonly splits?: boolean
}

/** The text behind a prefix, as many lines as it takes. */
export function wrapped(
  prefix: string,
  text: string,
  columns: number,
  { indent = prefix.length, splits = false }: Wrapping = {},
): string[] {
  const roomMax = columns - indent
  const words = text.split(' ').flatMap((word) => (splits ? pieces(word, roomMax) : [word]))
  return flowed(prefix, words, { columns, indent, between: ' ' })
}

/** The same with items that stay whole, and what stands between two of one line. */
export function wrappedItems(
  prefix: string,
  items: readonly string[],
  between: string,
  columns: number,
): string[] {
  return flowed(prefix, items, { columns, indent: prefix.length, between })
}

interface Flow {
  readonly columns: number
  readonly indent: number
  readonly between: string
}

function flowed(prefix: string, items: readonly string[], { between, columns, indent }: Flow): string[] {
  const lines: string[] = []
  let line = prefix
  let isEmpty = true
  for (const [index, item] of items.entries()) {
    const behind = index === items.length - 1 ? '' : between.trimEnd()
    if (!isEmpty && (line + between + item + behind).length > columns) {
      lines.push((line + between).trimEnd())
      line = ' '.repeat(indent)
      isEmpty = true
    }
    line += isEmpty ? item : between + item
    isEmpty = false
  }
  return [...lines, line.trimEnd()]
}

function pieces(word: string, columns: number): string[] {
  const parts: string[] = []
  for (let at = 0; at < word.length || at === 0; at += columns) parts.push(word.slice(at, at + columns))
  return parts
}

/** A line of a list: what it is about, and the words for that. */
export interface Row {
  readonly start: string
  readonly text: string
}

/** With less beside the longest start, the words stand below each start. */
const rowTextColumnsMin = 30

const rowGap = '  '
const rowIndent = 4

/** A list, its words in a column of their own where the screen has room for it. */
export function listed(rows: readonly Row[], columns: number): string[] {
  const width = Math.max(...rows.map(({ start }) => start.length)) + rowGap.length
  const isBeside = columns - width >= rowTextColumnsMin
  return rows.flatMap(({ start, text }) => {
    if (text === '') return [start]
    if (isBeside) return wrapped(start.padEnd(width), text, columns)
    return [start, ...wrapped(' '.repeat(rowIndent), text, columns)]
  })
}
