import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScenarioReport } from './report.ts'

export interface RunReport {
  readonly faultpath: 1
  readonly exitCode: number
  readonly scenarios: readonly ScenarioReport[]
}

export function toJson(report: RunReport): string {
  return JSON.stringify(report, (_key, value) => (value instanceof RegExp ? String(value) : value), 2)
}

/** Writes `.faultpath/last/report.json` under `folder`; whole or not at all, also when two runs end at once. */
export function writeLast(report: RunReport, folder: string): string {
  const last = join('.faultpath', 'last')
  mkdirSync(join(folder, last), { recursive: true })
  const draft = join(folder, last, `report.${process.pid}.json`)
  writeFileSync(draft, `${toJson(report)}\n`)
  renameSync(draft, join(folder, last, 'report.json'))
  return last
}
