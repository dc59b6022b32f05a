import { inspect } from 'node:util'
import { symptomWords } from '../clients/common/symptom.ts'
import type { ClientName } from '../language/scenario.ts'
import { type Step, stepNumber, steps } from '../language/steps.ts'
import { named } from '../run/diagnosis/broke-words.ts'
import type { ScenarioReport } from '../run/report.ts'

/** A call that takes so much longer than usual is one that somebody notices. */
const noticedMs = 500

/** What a client was promised and what it saw, in words. */
interface Row {
  readonly client: ClientName
  readonly promise: string
  readonly words: string
  readonly tookMs: number
}

function rows({ clients }: ScenarioReport): Row[] {
  return clients.flatMap(({ client, promise, symptom }) =>
    symptom === undefined
      ? []
      : [{ client, promise: inspect(promise), words: symptomWords(symptom), tookMs: symptom.tookMs }],
  )
}

/**
 * Every scenario in which a client is promised or saw something else in one world than in the other; a Markdown
 * table. Where both saw the same, the time is what differs. Clients that saw the same share a row.
 */
export function worldDifferences(
  sealed: readonly ScenarioReport[],
  portable: readonly ScenarioReport[],
): string[] {
  const lines = sealed.flatMap((report) => {
    const inPortable = new Map(
      rows(portable.find(({ id }) => id === report.id)!).map((row) => [row.client, row]),
    )
    const different = rows(report).flatMap((row) => {
      const other = inPortable.get(row.client)
      if (other === undefined || (row.promise === other.promise && row.words === other.words)) return []
      const time = (each: Row) =>
        row.words === other.words ? ` after ${(each.tookMs / 1_000).toFixed(1)} s` : ''
      return [{ client: row.client, cells: `${row.words}${time(row)} | ${other.words}${time(other)}` }]
    })
    return Object.entries(Object.groupBy(different, ({ cells }) => cells)).map(
      ([cells, alike]) => `| ${report.id} | ${alike?.map(({ client }) => client).join(', ')} | ${cells} |`,
    )
  })
  return ['| scenario | clients | sealed | portable |', '|---|---|---|---|', ...lines]
}

/**
 * How often each broken step (rows) was diagnosed as which step (columns), one count for each client's call;
 * a Markdown table. Everything beside the diagonal is a wrong diagnosis.
 */
export function diagnosisTable(reports: readonly ScenarioReport[]): {
  readonly lines: string[]
  readonly wrong: string[]
} {
  const counts = new Map<string, number>()
  const wrong: string[] = []
  for (const { clients, fault, id, steady } of reports) {
    for (const { client, diagnosis, symptom } of clients) {
      if (diagnosis === undefined) continue
      const isRight = named(diagnosis).includes(fault.step)
      const key = `${fault.step} ${isRight ? fault.step : (diagnosis.broke ?? 'none')}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      // A client that saw what it sees when nothing is broken has nothing to diagnose.
      const usual = steady.find((call) => call.client === client)?.symptom
      const isUntouched =
        diagnosis.broke === undefined &&
        usual !== undefined &&
        symptom !== undefined &&
        symptom.status === usual.status &&
        symptom.bodyText === usual.bodyText &&
        symptom.tookMs < usual.tookMs + noticedMs
      if (!isRight && !isUntouched)
        wrong.push(
          `${id}, ${client}: broke ${fault.step}, diagnosed ${diagnosis.broke ?? 'none'} (${diagnosis.because})`,
        )
    }
  }
  const columns: readonly (Step | 'none')[] = [...steps, 'none']
  const broken = steps.filter((step) => reports.some(({ fault }) => fault.step === step))
  const lines = [
    `| broken ↓ diagnosed → | ${columns.map((column) => (column === 'none' ? column : `${stepNumber(column)} ${column}`)).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...broken.map(
      (step) =>
        `| ${stepNumber(step)} ${step} | ${columns.map((column) => counts.get(`${step} ${column}`) ?? '').join(' | ')} |`,
    ),
    '',
    'Counted: each client of each scenario. none: nothing differed from its healthy call, so no step broke for it.',
  ]
  return { lines, wrong }
}
