import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScenarioReport } from '../run/report.ts'

export interface RunReport {
  readonly faultpath: 1
  readonly exitCode: number
  readonly scenarios: readonly ScenarioReport[]
}

export function toJson(report: RunReport): string {
  return JSON.stringify(report, (_key, value) => (value instanceof RegExp ? String(value) : value), 2)
}

/**
 * Writes `.faultpath/last/report.json` under `folder`; whole or not at all, also when two runs end at once.
 *
 * @returns where it is, or why there is none: a folder that cannot be written to spoils no run.
 */
export function writeLast(report: RunReport, folder: string): string {
  const last = join('.faultpath', 'last')
  const file = join(last, 'report.json')
  const draft = join(folder, last, `report.${process.pid}.json`)
  try {
    mkdirSync(join(folder, last), { recursive: true })
    writeFileSync(draft, `${toJson(report)}\n`)
    renameSync(draft, join(folder, file))
    return file
  } catch (error) {
    return `not written: ${(error as Error).message}`
  }
}
