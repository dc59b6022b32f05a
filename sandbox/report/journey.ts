import type { ClientName } from '../language/scenario.ts'
import { type Step, steps } from '../language/steps.ts'
import type { StepMark } from '../run/diagnosis/marks.ts'
import type { ClientReport } from '../run/report.ts'
import { type Paint, proseColumns, type Screen, wrappedItems } from './screen.ts'

interface Sign {
  readonly sign: string
  readonly means: string
  readonly style: Parameters<Paint>[0]
  /** The step's name has the style too: it is what matters most, or not at all. */
  readonly isWhole?: true
}

/** How each mark is shown, in the order of the legend. */
const signs: Readonly<Record<StepMark, Sign>> = {
  done: { sign: '✓', means: 'as in the healthy call', style: 'green' },
  broke: { sign: '✗', means: 'broke here', style: ['red', 'bold'], isWhole: true },
  carried: { sign: '→', means: 'otherwise because of it', style: 'yellow' },
  noticed: { sign: '!', means: 'noticed here', style: ['yellow', 'bold'] },
  unfinished: { sign: '~', means: 'begun, never finished', style: 'yellow' },
  unreached: { sign: '·', means: 'never reached', style: 'dim', isWhole: true },
  unused: { sign: '–', means: 'not part of this call', style: 'dim', isWhole: true },
}

/** The steps that carry an HTTP status: it says more than an arrow. */
const withStatus: readonly Step[] = ['response', 'reply']
const statusMeans = 'the failure, carried onward'

/** The least status that tells of a failure. */
const failureMin = 400

const gap = '  '

/** One step in one line of the journey. */
interface Cell {
  readonly step: Step
  readonly mark: StepMark
  readonly sign: string
}

/** Clients that share a line. */
interface Journey {
  readonly clients: readonly ClientName[]
  readonly cells: readonly Cell[]
  readonly isUnaffected: boolean
}

/** The ten steps by name with what stood at each, a line for each group of clients, and what the signs mean. */
export function journeyLines(clients: readonly ClientReport[], screen: Screen, paint: Paint): string[] {
  const journeys = journeysOf(clients)
  if (journeys.length === 0) return []
  const lines = [
    ...journeyRows(journeys, screen.columns, paint),
    ...legend(journeys, proseColumns(screen), paint),
  ]
  return [...lines, '']
}

function journeysOf(clients: readonly ClientReport[]): Journey[] {
  const all = clients.flatMap(({ client, diagnosis, symptom }) => {
    if (diagnosis === undefined) return []
    const cells = steps.map((step): Cell => {
      const mark = diagnosis.marks[step]
      const status = symptom?.status ?? 0
      const isTold = mark === 'carried' && withStatus.includes(step) && status >= failureMin
      return { step, mark, sign: isTold ? String(status) : signs[mark].sign }
    })
    return [{ client, cells, isUnaffected: diagnosis.broke === undefined }]
  })
  const groups = Map.groupBy(all, ({ cells }) => cells.map(({ mark, sign }) => mark + sign).join())
  return [...groups.values()].map((members) => ({
    clients: members.map(({ client }) => client),
    cells: members[0]!.cells,
    isUnaffected: members[0]!.isUnaffected,
  }))
}

/** Where names stand, and how many rows the ten steps take. */
interface Layout {
  readonly names: 'none' | 'beside' | 'above'
  readonly rows: number
}

function journeyRows(journeys: readonly Journey[], columns: number, paint: Paint): string[] {
  const layout = layoutFor(journeys, columns)
  const widths = columnWidths(journeys, layout)
  const nameWidth = nameWidthOf(journeys)
  return journeys.flatMap((journey) => {
    const names = journey.clients.join(', ')
    const [first, other] = {
      none: [gap, gap],
      beside: [`${gap}${names.padEnd(nameWidth)}${gap}`, `${gap}${' '.repeat(nameWidth)}${gap}`],
      above: [gap + gap, gap + gap],
    }[layout.names] as [string, string]
    const rows = rowsOf(journey, layout).map((cells, row) => {
      const painted = cells.map((cell, column) => paintCell(cell, widths[column]!, paint))
      return (row === 0 ? first : other) + painted.join(gap)
    })
    if (journey.isUnaffected) rows.push(`${rows.pop()?.trimEnd()}${gap}(unaffected)`)
    return [...(layout.names === 'above' ? [`${gap}${names}`] : []), ...rows.map((row) => row.trimEnd())]
  })
}

/** The fewest rows count first; then names beside them. */
function layoutFor(journeys: readonly Journey[], columns: number): Layout {
  const places = journeys.length === 1 ? (['none'] as const) : (['beside', 'above'] as const)
  for (let rows = 1; rows < steps.length; rows += 1) {
    for (const names of places) {
      const layout = { names, rows }
      if (widthOf(journeys, layout) <= columns) return layout
    }
  }
  return { names: places.at(-1)!, rows: steps.length }
}

function widthOf(journeys: readonly Journey[], layout: Layout): number {
  const before = { none: 0, beside: nameWidthOf(journeys) + gap.length, above: gap.length }[layout.names]
  const unaffected = journeys.some(({ isUnaffected }) => isUnaffected)
    ? gap.length + '(unaffected)'.length
    : 0
  const widths = columnWidths(journeys, layout)
  const cells = widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1)
  return gap.length + before + cells + unaffected
}

function nameWidthOf(journeys: readonly Journey[]): number {
  return Math.max(...journeys.map(({ clients }) => clients.join(', ').length))
}

function rowsOf({ cells }: Journey, { rows }: Layout): (readonly Cell[])[] {
  const size = Math.ceil(cells.length / rows)
  return Array.from({ length: rows }, (_, row) => cells.slice(row * size, (row + 1) * size))
}

/** Each column is as wide as its widest cell, so that steps stand below each other. */
function columnWidths(journeys: readonly Journey[], layout: Layout): number[] {
  const rows = journeys.flatMap((journey) => rowsOf(journey, layout))
  return rows[0]!.map((_, column) => Math.max(...rows.map((row) => textOf(row[column]).length)))
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined ? '' : `${cell.step} ${cell.sign}`
}

function paintCell(cell: Cell, width: number, paint: Paint): string {
  const { mark, sign, step } = cell
  const { isWhole = false, style } = signs[mark]
  const text = isWhole ? paint(style, `${step} ${sign}`) : `${step} ${paint(style, sign)}`
  return text + ' '.repeat(width - textOf(cell).length)
}

function legend(journeys: readonly Journey[], columns: number, paint: Paint): string[] {
  const cells = journeys.flatMap((journey) => journey.cells)
  const shown = new Set(cells.map(({ sign }) => sign))
  const statuses = [...shown].filter((sign) => /^\d+$/.test(sign)).sort()
  const items = [
    ...Object.values(signs).filter(({ sign }) => shown.has(sign)),
    ...(statuses.length === 0
      ? []
      : [{ sign: statuses.join(' '), means: statusMeans, style: signs.carried.style }]),
  ]
  const lines = wrappedItems(
    gap,
    items.map(({ means, sign }) => `${sign} ${means}`),
    '   ',
    columns,
  )
  return lines.map((line) =>
    items.reduce(
      (painted, { means, sign, style }) =>
        painted.replace(`${sign} ${means}`, () => `${paint(style, sign)} ${paint('dim', means)}`),
      line,
    ),
  )
}
