import { styleText } from 'node:util'
import { type Symptom, tellingError } from '../clients/symptom.ts'
import type { StepMark } from '../run/diagnosis.ts'
import { type Step, stepNumber, steps } from '../steps.ts'
import type { ClientReport, HealthyCall, ReportOpening, ScenarioReport } from './report.ts'

/** Where the lines go: it decides about colour (never the only sign) and width. */
export interface Screen {
  readonly columns: number
  readonly stream: NodeJS.WritableStream
}

type Style = Parameters<typeof styleText>[0]

const signs: Record<StepMark, string> = { done: '✓', broke: '✗', unreached: ' ' }

/** What is known when the fault is about to be armed: shown at once, since a broken call may take seconds. */
export function openingLines(report: ReportOpening, screen: Screen): string[] {
  const paint = painter(screen)
  const lines: string[] = ['']
  const place = `${report.world} · Node ${shortVersion(report.versions.node)} · Postgres ${report.versions.postgres}`
  lines.push(
    `${paint('bold', report.id)}   ${report.title}`,
    paint('dim', `  ${place} (${report.worldReason})`),
    '',
  )
  if (report.steady.length > 0) lines.push(`  steady   ${healthyText(report.steady)}`)
  const { step, summary } = report.fault
  lines.push(`  break    ${stepNumber(step)} ${step}   ${summary}`, '')
  return lines
}

/** The rest of a scenario's report. */
export function closingLines(report: ScenarioReport, screen: Screen): string[] {
  const paint = painter(screen)
  const lines: string[] = []
  if (report.clients.some((client) => client.symptom !== undefined)) {
    lines.push(...clientTable(report, paint), '')
    lines.push(...diagnosisLines(report))
  }
  if (report.healed.length > 0) lines.push(`  healed   ${healthyText(report.healed)}`)
  const { lesson } = report
  if (lesson !== undefined && report.outcome === 'pass') {
    lines.push('', ...labelled('why', lesson.why, screen.columns))
    if (lesson.seeIt !== undefined) lines.push(`  see it   ${lesson.seeIt}`)
    if (lesson.looksLike !== undefined)
      lines.push(...labelled('like', `looks like: ${lesson.looksLike}`, screen.columns))
  }
  if (report.problems.length > 0) lines.push('')
  for (const problem of report.problems) lines.push(...labelled('problem', problem, screen.columns))
  const colours = { pass: 'green', skipped: 'yellow' } as const
  const colour = colours[report.outcome as keyof typeof colours] ?? 'red'
  const verdict = paint(colour, report.outcome.toUpperCase())
  lines.push('', `  ${verdict}  ${(report.tookMs / 1000).toFixed(1)} s`)
  return lines
}

function painter(screen: Screen): (style: Style, text: string) => string {
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

function clientTable(report: ScenarioReport, paint: (style: Style, text: string) => string): string[] {
  const nameWidth = Math.max(6, ...report.clients.map(({ client }) => client.length))
  const sawWidth = Math.max(3, ...report.clients.map((client) => sawText(client)[0]!.length))
  const numbers = steps.map((step) => stepNumber(step)).join(' ')
  const lines = [`   ${'client'.padEnd(nameWidth)}   ${numbers}   ${'saw'.padEnd(sawWidth)}   promised`]
  for (const client of report.clients) {
    if (client.skipped !== undefined) {
      lines.push(`   ${client.client.padEnd(nameWidth)}   skipped: ${client.skipped}`)
      continue
    }
    const marks = steps
      .map((step) => {
        const sign = signs[client.diagnosis?.marks[step] ?? 'unreached'].padEnd(2)
        return sign.startsWith('✗') ? paint('red', sign) : paint('green', sign)
      })
      .join(' ')
    const [saw = '', ...more] = sawText(client)
    const kept = (client.differences?.length ?? 0) === 0
    const promised = kept ? paint('green', '✓') : paint('red', '✗ see below')
    lines.push(`   ${client.client.padEnd(nameWidth)}   ${marks}   ${saw.padEnd(sawWidth)}   ${promised}`)
    for (const line of more) lines.push(`   ${' '.repeat(nameWidth + 3 + numbers.length + 3)}${line}`)
  }
  return lines
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
    return [`status ${symptom.status}`, ...(symptom.bodyText ? [`└ ${oneLine(symptom.bodyText)}`] : [])]
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
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 64 ? `${line.slice(0, 61)}...` : line
}

/** One block for each different finding; most often all clients agree. */
function diagnosisLines(report: ScenarioReport): string[] {
  const where = (step: Step | undefined) => (step === undefined ? 'nowhere' : `${stepNumber(step)} ${step}`)
  const diagnosed = report.clients.filter(({ diagnosis }) => diagnosis !== undefined)
  const findings = Object.groupBy(diagnosed, ({ diagnosis }) => where(diagnosis?.broke))
  return Object.entries(findings).flatMap(([broke, clients = []]) => {
    const noticed = new Set(clients.flatMap(({ diagnosis }) => diagnosis?.noticed ?? []))
    const names =
      clients.length === diagnosed.length ? '' : `   (${clients.map(({ client }) => client).join(', ')})`
    return [
      `  broke    ${broke}${noticed.size === 0 ? '' : `    noticed ${[...noticed].map(where).join(', ')}`}${names}`,
      ...labelled('because', clients[0]?.diagnosis?.because ?? '', 110),
      `  fired    ${clients[0]?.fired?.text ?? 'nothing'}`,
    ]
  })
}

function labelled(label: string, text: string, columns: number): string[] {
  const width = Math.max(30, Math.min(columns, 110) - 11)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.map((each, index) => `  ${(index === 0 ? label : '').padEnd(8)} ${each}`)
}
