/**
 * The long attack: `npm run stress -- --minutes=10` gives each part its share of the time. What was found is added to a
 * file of JSON lines, and printed as one table.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Part, Row } from './part.ts'
import { parts } from './parts.ts'
import { addRow, readRows, tableOf } from './table.ts'

const partMinutes = 25

const usage = `npm run stress -- --minutes=10                     a share of all parts
npm run stress -- --part=kills --count=1000        one part, at most ${partMinutes} minutes of it
npm run stress -- --part=soak --minutes=60         one part for as long
npm run stress -- --part=kills --seed=7 --number=3 what one line of the table was about
  --seed=<number>    what is drawn; by default another one each time, and printed
  --resume=<file>    go on where that file ends, with its seed
Parts: ${parts.map(({ name, what }) => `${name} (${what})`).join(', ')}`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    part: { type: 'string', multiple: true },
    count: { type: 'string' },
    number: { type: 'string' },
    seed: { type: 'string' },
    resume: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit()
}
const file = values.resume ?? join(mkdtempSync(join(tmpdir(), 'faultpath-stress-')), 'rows.jsonl')
const before = readRows(file)
const seed = wholeNumber('seed') ?? before[0]?.seed ?? Date.now() % 1_000_000
const chosen = chosenParts()
const shares = chosen.reduce((sum, { share }) => sum + share, 0)
console.log(`seed ${seed}, ${file}`)
// What was started ends with the process, which needs an end that it notices.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const)
  process.once(signal, () => process.exit(128 + number))

const rows: Row[] = [...before]
for (const part of chosen) {
  const asked = wholeNumber('minutes')
  const minutes = asked === undefined ? partMinutes : (asked * part.share) / shares
  await part.run({
    seed,
    numbers: numbersOf(part),
    untilMs: performance.now() + minutes * 60_000,
    found: (found) => {
      const row = { part: part.name, seed, ...found }
      addRow(file, row)
      rows.push(row)
      const { inputs, kind, number, problems } = row
      console.log(`${part.name} ${number}: ${kind}, ${inputs} inputs, ${problems.join('; ') || 'held'}`)
    },
  })
}
console.log(tableOf(rows).join('\n'))
process.exit(rows.some(({ problems }) => problems.length > 0) ? 1 : 0)

function chosenParts(): readonly Part[] {
  if (values.part === undefined) return parts.filter(({ isOnlyNamed }) => isOnlyNamed !== true)
  return values.part.map((name) => parts.find((part) => part.name === name) ?? refuse(`--part=${name}`))
}

function numbersOf({ count, name }: Part): readonly number[] {
  const only = wholeNumber('number')
  if (only !== undefined) return [only]
  const done = new Set(
    before.filter((row) => row.part === name && row.seed === seed).map(({ number }) => number),
  )
  return Array.from({ length: wholeNumber('count') ?? count }, (_, number) => number).filter(
    (each) => !done.has(each),
  )
}

function wholeNumber(name: 'minutes' | 'count' | 'number' | 'seed'): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  return /^\d+$/.test(text) ? Number(text) : refuse(`--${name}=${text}: expected a whole number`)
}

function refuse(what: string): never {
  console.error(`npm run stress: ${what}\n${usage}`)
  process.exit(2)
}
