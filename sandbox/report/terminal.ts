import type { ClientName } from '../language/scenario.ts'
import { stepWords } from '../language/steps.ts'
import { brokeWords } from '../run/diagnosis/broke-words.ts'
import type { Outcome } from '../run/outcome.ts'
import type { ClientReport, HealthyCall, ReportOpening, ScenarioReport, Versions } from '../run/report.ts'
import { type Alike, alike, counts, type Said } from './alike.ts'
import { journeyLines } from './journey.ts'
import { responseWords, sawTexts, seconds } from './saw.ts'
import { type Paint, painter, proseColumns, type Screen, wrapped, wrappedItems } from './screen.ts'

/** What stands before a label, and how wide it is at least. */
const margin = '  '
const labelColumns = 10

/** With less beside it, whether a promise was kept stands below what the client saw. */
const sawColumnsMin = 34

const promised = 'as promised'
const notPromised = '✗ not as promised: see below'

const outcomeStyles: Readonly<Partial<Record<Outcome, Parameters<Paint>[0]>>> = {
  pass: ['green', 'bold'],
  skipped: ['yellow', 'bold'],
}

/** As people call them. Those that are libraries of Node have its version. */
const programNames: Readonly<Partial<Record<ClientName, string>>> = {
  curl: 'curl',
  python: 'Python',
  requests: 'requests',
  chromium: 'Chromium',
}

/** What is known when the fault is about to be armed: shown at once, since a broken call may take seconds. */
export function openingLines(report: ReportOpening, screen: Screen): string[] {
  const paint = painter(screen)
  const columns = proseColumns(screen)
  const { fault, id, steady, title } = report
  const [first = '', ...more] = wrapped(`${id}   `, title, columns, { indent: margin.length })
  return [
    '',
    first.replace(id, (name) => paint('bold', name)),
    ...more,
    '',
    ...(steady.length > 0 ? labelled('healthy', healthyText(steady, 'timed'), columns, paint) : []),
    ...labelled('break', `${stepWords(fault.step)}   ${fault.summary}`, columns, paint),
    '',
  ]
}

/** The rest of a scenario's report. */
export function closingLines(report: ScenarioReport, screen: Screen): string[] {
  const paint = painter(screen)
  const columns = proseColumns(screen)
  const { clients, healed, problems } = report
  const called = clients.some(({ symptom }) => symptom !== undefined)
  const lines = [
    ...(called ? journeyLines(clients, screen, paint) : []),
    ...(called ? [...seenLines(clients, screen, paint), ''] : []),
    ...(called ? findingLines(clients, columns, paint) : []),
    ...(healed.length > 0 ? labelled('healed', healthyText(healed), columns, paint) : []),
    ...lessonLines(report, columns, paint),
    ...(problems.length > 0 ? [''] : []),
    ...problems.flatMap((problem) => labelled('problem', problem, columns, paint)),
    '',
    ...outcomeLines(report, columns, paint),
  ]
  // The opening ends in an empty line.
  return lines[0] === '' ? lines.slice(1) : lines
}

/** A label, and text behind it. Short labels stand above each other; a long one takes what it needs. */
export function labelled(label: string, text: string, columns: number, paint: Paint): string[] {
  const width = Math.max(labelColumns, label.length + 3)
  const [first = '', ...more] = wrapped(margin + label.padEnd(width), text, columns, {
    indent: margin.length + labelColumns,
  })
  return [first.replace(label, (name) => paint('dim', name)), ...more]
}

/** `5 clients: 200, 3 users (88 ms at most)`. */
function healthyText(calls: readonly HealthyCall[], timed?: 'timed'): string {
  const responses = [...new Set(calls.map(({ symptom }) => responseWords(symptom)))].join('; ')
  const slowestMs = Math.round(Math.max(...calls.map(({ symptom }) => symptom.tookMs)))
  const [first, other] = calls
  const of = other === undefined ? first?.client : `${calls.length} clients`
  const most = other === undefined ? '' : ' at most'
  return `${of}: ${responses}${timed === undefined ? '' : ` (${slowestMs} ms${most})`}`
}

/** What each client saw: a block of lines each. */
function seenLines(clients: readonly ClientReport[], screen: Screen, paint: Paint): string[] {
  const endColumn = verdictEnd(clients, screen)
  return clients.flatMap((client) => clientLines(client, endColumn, screen.columns, paint))
}

/**
 * Where the verdicts end: behind the longest first line, as far as the screen goes. What a client saw is no prose: it is
 * searched for, and copied.
 */
function verdictEnd(clients: readonly ClientReport[], screen: Screen): number {
  const around = 2 * margin.length + labelColumns
  const called = clients.filter(({ skipped }) => skipped === undefined)
  const longest = called.map((report) => around + sawTexts(report)[0]!.length + verdictOf(report).length)
  return Math.min(screen.columns, Math.max(proseColumns(screen), ...longest))
}

function verdictOf({ differences = [] }: ClientReport): string {
  return differences.length === 0 ? promised : notPromised
}

/**
 * What one client saw in its own words, and whether that is what it was promised: at the end of the first line, where
 * that leaves room.
 */
function clientLines(report: ClientReport, endColumn: number, columns: number, paint: Paint): string[] {
  const { client, skipped } = report
  const name = margin + client.padEnd(labelColumns)
  const named = (line: string) => line.replace(client, (text) => paint('bold', text))
  if (skipped !== undefined) {
    const [first = '', ...more] = wrapped(name, `skipped: ${skipped}`, columns)
    return [named(first), ...more]
  }
  const verdict = verdictOf(report)
  const painted = paint(verdict === promised ? 'green' : 'red', verdict)
  const firstColumns = endColumn - verdict.length - margin.length
  const isBeside = firstColumns - name.length >= sawColumnsMin
  const [saw = '', ...below] = sawTexts(report)
  const [first = ''] = wrapped(name, saw, isBeside ? firstColumns : columns, { splits: true })
  const rest = saw.slice(first.length - name.length).trimStart()
  const indent = ' '.repeat(name.length)
  const more = [
    ...(rest === '' ? [] : wrapped(indent, rest, columns, { splits: true })),
    // Behind the sign that stands before an error below another one.
    ...below.flatMap((text) => wrapped(indent, text, columns, { indent: name.length + 2, splits: true })),
  ]
  return isBeside
    ? [named(first.padEnd(firstColumns + margin.length)) + painted, ...more]
    : [named(first), ...more, indent + painted]
}

/** Which step broke and why, where it was noticed, and that the fault acted: a line each where all clients agree. */
function findingLines(clients: readonly ClientReport[], columns: number, paint: Paint): string[] {
  const diagnosed = clients.filter(({ diagnosis }) => diagnosis !== undefined)
  const broke = alike(
    diagnosed.map(({ client, diagnosis }): Said => {
      const words = diagnosis && brokeWords(diagnosis)
      return { client, text: `${words === undefined ? 'nowhere,' : `${words}:`} ${diagnosis?.because}` }
    }),
  )
  return [
    ...grouped('broke', broke, columns, paint),
    ...labelled('noticed', noticedText(diagnosed), columns, paint),
    ...grouped('fired', firedGroups(clients), columns, paint),
  ]
}

function grouped(label: string, groups: readonly Alike[], columns: number, paint: Paint): string[] {
  return groups.flatMap(({ clients, text }, index) => {
    const names = groups.length === 1 ? '' : `${clients.join(', ')}: `
    return labelled(index === 0 ? label : '', names + text, columns, paint)
  })
}

/** `04 tls by fetch, https; python does not say where`. */
function noticedText(clients: readonly ClientReport[]): string {
  const noticed = clients.filter(({ diagnosis }) => diagnosis?.noticed !== undefined)
  const others = clients.filter((client) => !noticed.includes(client))
  const content = others.filter(({ symptom }) => symptom?.kind === 'response')
  const untold = others.filter((client) => !content.includes(client))
  const names = (some: readonly ClientReport[]) => some.map(({ client }) => client).join(', ')
  const by = (some: readonly ClientReport[]) =>
    some.length === clients.length && some.length > 1 ? 'by all' : `by ${names(some)}`
  const groups = Map.groupBy(noticed, ({ diagnosis }) => stepWords(diagnosis!.noticed!))
  const [only, other] = untold
  return [
    ...[...groups].map(([step, some]) => `${step} ${by(some)}`),
    ...(only === undefined ? [] : [`${names(untold)} ${other === undefined ? 'does' : 'do'} not say where`]),
    ...(content.length === 0 ? [] : [content.length === clients.length ? 'by none' : `not ${by(content)}`]),
  ].join('; ')
}

/** What the machines counted, and of whom. */
function firedGroups(clients: readonly ClientReport[]): readonly Alike[] {
  const fired = clients.flatMap(({ client, fired }) => (fired === undefined ? [] : [{ client, fired }]))
  const groups = alike(
    fired.map(({ client, fired: { text } }) => ({ client, text })),
    counts,
  )
  const [only, other] = groups
  const [first, second] = fired
  if (only === undefined || other !== undefined || first === undefined || second === undefined) return groups
  const whose = first.fired.of === 'client' ? 'each client' : 'all clients together'
  // As it begins where numbers have become ranges.
  const counted = alike(
    fired.map(({ client, fired }) => ({ client, text: fired.counted ?? '' })),
    counts,
  )[0]?.text
  const text =
    counted === undefined || counted === '' || !only.text.startsWith(counted)
      ? `for ${whose}: ${only.text}`
      : `${counted} of ${whose}${only.text.slice(counted.length)}`
  return [{ ...only, text }]
}

function lessonLines({ lesson, outcome }: ScenarioReport, columns: number, paint: Paint): string[] {
  if (lesson === undefined || outcome !== 'pass') return []
  const { clue, looksLike, rightly, seeIt, why } = lesson
  return [
    '',
    ...labelled('why', why, columns, paint),
    ...copied('see it', seeIt, paint),
    ...copied('shows', clue === undefined ? undefined : String(clue), paint),
    ...copied('rightly', rightly, paint),
    ...(looksLike === undefined ? [] : labelled('not to be mistaken for', looksLike, columns, paint)),
  ]
}

/** What is typed by being copied: a line that is broken in two would be two commands. */
function copied(label: string, text: string | undefined, paint: Paint): string[] {
  return text === undefined ? [] : labelled(label, text, Number.POSITIVE_INFINITY, paint)
}

function outcomeLines(report: ScenarioReport, columns: number, paint: Paint): string[] {
  const { outcome, tookMs, versions, world, worldReason } = report
  const word = outcome.toUpperCase()
  const items = [seconds(tookMs), `${world} (${worldReason})`, ...versionWords(versions)]
  const [first = '', ...more] = wrappedItems(margin + word.padEnd(labelColumns), items, ' · ', columns)
  return [first.replace(word, (text) => paint(outcomeStyles[outcome] ?? ['red', 'bold'], text)), ...more]
}

function versionWords({ clients, node, postgres }: Versions): string[] {
  const programs = Object.entries(programNames).flatMap(([client, name]) => {
    const program = clients[client as ClientName]
    return program === undefined ? [] : [`${name} ${program.version}`]
  })
  return [`Postgres ${postgres}`, `Node ${node}`, ...programs]
}
