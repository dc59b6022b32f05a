import { styleText } from 'node:util'
import { type Symptom, tellingError } from '../clients/common/symptom.ts'
import { type Step, stepNumber, steps } from '../language/steps.ts'
import type { StepMark } from '../run/diagnosis/diagnosis.ts'
import type { ClientReport, HealthyCall, ReportOpening, ScenarioReport } from '../run/report.ts'
import { clipped, type Screen, wrapped } from './screen.ts'

type Style = Parameters<typeof styleText>[0]

type Paint = (style: Style, text: string) => string

/** With less, "saw" stands below the marks. */
const sawColumnsMin = 40

/** What any text from outside is cut to, since it may be a page. Of a body the beginning tells. */
const bodyColumnsMax = 64
/** Of a message all of it may tell; the longest seen, OpenSSL's, takes 170. */
const textColumnsMax = 240

/** What stands for a promise that was not kept. */
const broken = '✗ see below'

const signs: Record<StepMark, string> = { done: '✓', broke: '✗', unreached: ' ' }

/** What is known when the fault is about to be armed: shown at once, since a broken call may take seconds. */
export function openingLines(report: ReportOpening, screen: Screen): string[] {
  const paint = painter(screen)
  const { columns } = screen
  const place = `${report.world} · Node ${shortVersion(report.versions.node)} · Postgres ${report.versions.postgres}`
  const title = wrapped(`${report.id}   `, report.title, columns, 2)
  const world = wrapped('  ', `${place} (${report.worldReason})`, columns)
  const { step, summary } = report.fault
  return [
    '',
    ...title.map((line) => line.replace(report.id, (id) => paint('bold', id))),
    ...world.map((line) => paint('dim', line)),
    '',
    ...(report.steady.length > 0 ? labelled('steady', healthyText(report.steady), columns) : []),
    ...labelled('break', `${stepNumber(step)} ${step}   ${summary}`, columns),
    '',
  ]
}

/** The rest of a scenario's report. */
export function closingLines(report: ScenarioReport, screen: Screen): string[] {
  const paint = painter(screen)
  const { columns } = screen
  const lines: string[] = []
  if (report.clients.some((client) => client.symptom !== undefined)) {
    lines.push(...clientTable(report, columns, paint), '')
    lines.push(...diagnosisLines(report, columns))
  }
  if (report.healed.length > 0) lines.push(...labelled('healed', healthyText(report.healed), columns))
  const { lesson } = report
  if (lesson !== undefined && report.outcome === 'pass') {
    lines.push('', ...labelled('why', lesson.why, columns))
    if (lesson.seeIt !== undefined) lines.push(...labelled('see it', lesson.seeIt, columns))
    if (lesson.looksLike !== undefined) lines.push(...labelled('like', lesson.looksLike, columns))
  }
  if (report.problems.length > 0) lines.push('')
  for (const problem of report.problems) lines.push(...labelled('problem', problem, columns))
  const colours = { pass: 'green', skipped: 'yellow' } as const
  const colour = colours[report.outcome as keyof typeof colours] ?? 'red'
  const verdict = paint(colour, report.outcome.toUpperCase())
  lines.push('', `  ${verdict}  ${(report.tookMs / 1000).toFixed(1)} s`)
  return lines
}

function painter(screen: Screen): Paint {
  return (style, text) => styleText(style, text, { stream: screen.stream })
}

function shortVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

function healthyText(calls: readonly HealthyCall[]): string {
  const slowestMs = Math.max(...calls.map(({ symptom }) => symptom.tookMs))
  const [first] = calls
  const count = dataCount(first?.symptom)
  const who = calls.length === 1 ? '' : `, ${calls.length} clients`
  return `${first?.symptom.status ?? '-'}${count} in ${Math.round(slowestMs)} ms${who}`
}

function dataCount(symptom: Symptom | undefined): string {
  return Array.isArray(symptom?.data) ? `, ${symptom.data.length} users` : ''
}

/**
 * A row for each client. Where "saw" has no room beside the marks, it stands below them: what a client saw matters
 * more than the shape of the table.
 */
function clientTable(report: ScenarioReport, columns: number, paint: Paint): string[] {
  const nameWidth = Math.max(6, ...report.clients.map(({ client }) => client.length))
  const numbers = steps.map((step) => stepNumber(step)).join(' ')
  const row = (name: string, marks: string) => `   ${name.padEnd(nameWidth)}   ${marks}   `
  const before = row('', numbers).length
  const sawLongest = Math.max(3, ...report.clients.map((client) => sawText(client)[0]!.length))
  const sawWidth = Math.min(sawLongest, columns - before - 3 - broken.length)
  const isBeside = sawWidth >= Math.min(sawLongest, sawColumnsMin)
  const lines = [row('client', numbers) + (isBeside ? `${'saw'.padEnd(sawWidth)}   promised` : 'kept')]
  for (const client of report.clients) {
    if (client.skipped !== undefined) {
      lines.push(
        ...wrapped(`   ${client.client.padEnd(nameWidth)}   `, `skipped: ${client.skipped}`, columns),
      )
      continue
    }
    const start = row(client.client, marksOf(client, paint))
    const isKept = (client.differences?.length ?? 0) === 0
    const [saw = '', ...more] = sawText(client)
    const indent = isBeside ? before : 5
    if (isBeside) {
      const promised = isKept ? paint('green', '✓') : paint('red', broken)
      lines.push(`${start}${clipped(saw, sawWidth).padEnd(sawWidth)}   ${promised}`)
      // The exact words are what people come for: where the row cuts them, they stand below it.
      if (saw.length > sawWidth && more.length === 0) more.push(`└ ${saw}`)
    } else {
      lines.push(start + (isKept ? paint('green', '✓') : paint('red', '✗')))
      more.unshift(saw)
    }
    for (const line of more) lines.push(...below(line, indent, columns))
  }
  return lines
}

/** As many lines as it takes; what has no places to break at, a body say, is cut. */
function below(text: string, indent: number, columns: number): string[] {
  const width = columns - indent
  const canBreak = text.split(' ').every((word) => word.length <= width - 2)
  const start = ' '.repeat(indent)
  return canBreak ? wrapped(start, text, columns, indent + 2) : [start + clipped(text, width)]
}

function marksOf({ diagnosis }: ClientReport, paint: Paint): string {
  return steps
    .map((step) => {
      const sign = signs[diagnosis?.marks[step] ?? 'unreached'].padEnd(2)
      return sign.startsWith('✗') ? paint('red', sign) : paint('green', sign)
    })
    .join(' ')
}

/** The symptom in the client's own words, the telling error below the outermost. */
function sawText({ earlier = [], symptom }: ClientReport): string[] {
  if (symptom === undefined) return ['-']
  const [saw = '', ...more] = symptomText(symptom)
  if (earlier.length === 0) return [saw, ...more]
  const before = Object.groupBy(earlier, (each) =>
    symptomText(each)
      .at(each.kind === 'response' ? 0 : -1)!
      .replace(/^└ /, ''),
  )
  const counted = Object.entries(before).map(([text, all = []]) => `└ before: ${all.length} × ${text}`)
  return [`${saw} (${earlier.length + 1} attempts)`, ...more, ...counted]
}

function symptomText(symptom: Symptom): string[] {
  if (symptom.kind === 'hangs') return [`nothing for ${(symptom.tookMs / 1000).toFixed(1)} s, then stopped`]
  if (symptom.kind === 'response')
    return [
      `status ${symptom.status}`,
      ...(symptom.bodyText ? [`└ ${clipped(oneLine(symptom.bodyText), bodyColumnsMax)}`] : []),
    ]
  const [first] = symptom.errors
  const telling = tellingError(symptom)
  const lines = [`${first?.name}: ${oneLine(first?.message ?? '')}`]
  if (telling !== undefined && telling !== first) {
    const code =
      telling.code !== undefined && !telling.message.includes(telling.code) ? `${telling.code} ` : ''
    lines.push(`└ ${code}${oneLine(telling.message)}`)
  }
  return lines
}

function oneLine(text: string): string {
  return clipped(text.replaceAll(/\s+/g, ' ').trim(), textColumnsMax)
}

/** One block for each different finding; most often all clients agree. */
function diagnosisLines(report: ScenarioReport, columns: number): string[] {
  const where = (step: Step | undefined) => (step === undefined ? 'nowhere' : `${stepNumber(step)} ${step}`)
  const diagnosed = report.clients.filter(({ diagnosis }) => diagnosis !== undefined)
  const findings = Object.groupBy(diagnosed, ({ diagnosis }) => where(diagnosis?.broke))
  return Object.entries(findings).flatMap(([broke, clients = []]) => {
    const noticed = new Set(clients.flatMap(({ diagnosis }) => diagnosis?.noticed ?? []))
    const names =
      clients.length === diagnosed.length ? '' : `   (${clients.map(({ client }) => client).join(', ')})`
    const at = noticed.size === 0 ? '' : `    noticed ${[...noticed].map(where).join(', ')}`
    return [
      ...labelled('broke', `${broke}${at}${names}`, columns),
      ...labelled('because', clients[0]?.diagnosis?.because ?? '', columns),
      ...labelled('fired', clients[0]?.fired?.text ?? 'nothing', columns),
    ]
  })
}

function labelled(label: string, text: string, columns: number): string[] {
  return wrapped(`  ${label.padEnd(8)} `, text, columns)
}
