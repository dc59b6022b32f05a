import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Row } from './part.ts'

/** The rows of a file of JSON lines; one that a killed run left unfinished is none. */
export function readRows(file: string): readonly Row[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Row]
      } catch {
        return []
      }
    })
}

export function addRow(file: string, row: Row): void {
  appendFileSync(file, `${JSON.stringify(row)}\n`)
}

/** All rows as lines: one for each kind of each part, then every problem. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const groups = Object.groupBy(rows, ({ kind, part }) => `${part}\t${kind}`)
  const lines = Object.entries(groups).map(([name, all = []]) => {
    const inputs = all.reduce((sum, row) => sum + row.inputs, 0)
    const problems = all.filter((row) => row.problems.length > 0).length
    return [...name.split('\t'), all.length, inputs, problems, figuresOf(all)].map(String)
  })
  const cells = [['part', 'kind', 'runs', 'inputs', 'problems', 'largest'], ...lines.sort()]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  const table = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  const found = rows.flatMap(({ number, part, problems, seed }) =>
    problems.map((problem) => `${part}, seed ${seed}, number ${number}: ${problem}`),
  )
  return [...table, '', ...(found.length === 0 ? ['no problem'] : found)]
}

function figuresOf(rows: readonly Row[]): string {
  const largest = new Map<string, number>()
  for (const [name, value] of rows.flatMap(({ figures = {} }) => Object.entries(figures)))
    largest.set(name, Math.max(value, largest.get(name) ?? Number.NEGATIVE_INFINITY))
  return [...largest].map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(', ')
}
