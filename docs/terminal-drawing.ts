/** What a run of characters looks like. */
interface Look {
  readonly colour?: string
  readonly isBold?: true
  readonly isDim?: true
}

interface Piece extends Look {
  readonly text: string
  /** Where it begins, counted in characters. */
  readonly column: number
}

export interface DrawingOptions {
  readonly columns: number
  /** Above the lines, and read out where the picture cannot be seen. */
  readonly title: string
}

/** A dark terminal. Each colour stands at 4.5:1 or more against the ground (WCAG 2.2, 1.4.3). */
const palette = {
  ground: '#16181d',
  bar: '#20232a',
  border: '#343944',
  text: '#d7dae0',
  dim: '#8b93a1',
  title: '#9aa2af',
  red: '#ff7b7f',
  green: '#7fd18b',
  yellow: '#e6c07b',
} as const

/** SGR codes that Node's styleText writes for what the report uses (ECMA-48 §8.3.117). */
const looks: Readonly<Record<string, (look: Look) => Look>> = {
  0: () => ({}),
  1: (look) => ({ ...look, isBold: true }),
  2: (look) => ({ ...look, isDim: true }),
  22: ({ colour }) => (colour === undefined ? {} : { colour }),
  31: (look) => ({ ...look, colour: palette.red }),
  32: (look) => ({ ...look, colour: palette.green }),
  33: (look) => ({ ...look, colour: palette.yellow }),
  39: ({ colour: _, ...look }) => look,
}

const fontPx = 14
/** Each piece is stretched to this grid, so that columns stand below each other in any font. */
const characterPx = 8.4
const linePx = 20
const paddingPx = 22
const barPx = 36
const buttonRadiusPx = 5.5

/** Lines with SGR codes, as an SVG of a terminal window: no script, no link, no font of its own. */
export function drawing(text: string, { columns, title }: DrawingOptions): string {
  const lines = text.trimEnd().split('\n')
  const width = Math.ceil(columns * characterPx + 2 * paddingPx)
  const height = barPx + lines.length * linePx + 2 * paddingPx - (linePx - fontPx)
  const look: { now: Look } = { now: {} }
  const rows = lines.map((line, row) => {
    const y = barPx + paddingPx + fontPx - 2 + row * linePx
    return pieces(line, look).map((piece) => element(piece, y))
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="${palette.ground}" stroke="${palette.border}"/>`,
    `<path d="M1 ${barPx}V10.5A9.5 9.5 0 0 1 10.5 1H${width - 10.5}A9.5 9.5 0 0 1 ${width - 1} 10.5V${barPx}Z" fill="${palette.bar}"/>`,
    ...[0, 1, 2].map(
      (button) =>
        `<circle cx="${22 + button * 18}" cy="${barPx / 2}" r="${buttonRadiusPx}" fill="${palette.border}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace" font-size="${fontPx}" fill="${palette.text}" xml:space="preserve">`,
    `<text x="${width / 2}" y="${barPx / 2 + 4.5}" text-anchor="middle" font-size="12.5" fill="${palette.title}">${escaped(title)}</text>`,
    ...rows.flat(),
    '</g>',
    '</svg>',
  ].join('\n')}\n`
}

/** The runs of one look. The look goes on from line to line, as in a terminal. */
function pieces(line: string, look: { now: Look }): Piece[] {
  const found: Piece[] = []
  let column = 0
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
  for (const [index, part] of line.split(/\u001b\[([\d;]*)m/).entries()) {
    if (index % 2 === 1) {
      for (const code of part.split(';')) look.now = looks[code || '0']?.(look.now) ?? look.now
      continue
    }
    // Wide gaps are left out, not drawn: each run of words has its own place.
    for (const { 0: text, index: at } of part.matchAll(/\S+(?: \S+)*/g))
      found.push({ ...look.now, text, column: column + at })
    column += part.length
  }
  return found
}

function element({ colour, column, isBold, isDim, text }: Piece, y: number): string {
  const fill = colour ?? (isDim ? palette.dim : undefined)
  const attributes = [
    `x="${decimal(paddingPx + column * characterPx)}"`,
    `y="${y}"`,
    `textLength="${decimal(text.length * characterPx)}"`,
    ...(fill === undefined ? [] : [`fill="${fill}"`]),
    ...(isBold ? ['font-weight="700"'] : []),
  ]
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`
}

function decimal(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
