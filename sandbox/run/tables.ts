import type { ScenarioReport } from '../report/report.ts'
import type { ClientName } from '../scenario.ts'
import { type Step, stepNumber, steps } from '../steps.ts'
import { describe } from './compare.ts'

/** What each client saw, in a few words: scenario id → client → words. */
type Seen = ReadonlyMap<string, ReadonlyMap<ClientName, string>>

function seen(reports: readonly ScenarioReport[]): Seen {
  return new Map(
    reports.map(({ clients, id }) => [
      id,
      new Map(
        clients.flatMap(({ client, symptom }) =>
          symptom === undefined ? [] : [[client, describe(symptom)] as const],
        ),
      ),
    ]),
  )
}

/**
 * Every scenario in which a client saw something else in one world than in the other; a Markdown table. Clients
 * that saw the same share a row.
 */
export function worldDifferences(
  sealed: readonly ScenarioReport[],
  portable: readonly ScenarioReport[],
): string[] {
  const inPortable = seen(portable)
  const rows: string[] = []
  for (const [id, clients] of seen(sealed)) {
    const both = [...clients].map(([client, words]) => ({
      client,
      words,
      other: inPortable.get(id)?.get(client),
    }))
    const different = both.filter(({ words, other }) => other !== undefined && other !== words)
    for (const alike of Object.values(
      Object.groupBy(different, ({ words, other }) => `${words} | ${other}`),
    )) {
      const [{ words, other } = {}] = alike ?? []
      rows.push(`| ${id} | ${alike?.map(({ client }) => client).join(', ')} | ${words} | ${other} |`)
    }
  }
  return ['| scenario | clients | sealed | portable |', '|---|---|---|---|', ...rows]
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
  for (const { clients, fault, id } of reports) {
    for (const { client, diagnosis, symptom } of clients) {
      if (diagnosis === undefined) continue
      const key = `${fault.step} ${diagnosis.broke ?? 'none'}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      // A client that the fault did not reach has nothing to diagnose.
      const isUntouched = diagnosis.broke === undefined && symptom?.kind === 'response'
      if (diagnosis.broke !== fault.step && !isUntouched)
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
  ]
  return { lines, wrong }
}
