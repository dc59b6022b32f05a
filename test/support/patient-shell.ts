import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A shell for npm's scripts that begins when npm is gone: so what it starts comes up without, each time. */
export interface PatientShell extends Disposable {
  readonly path: string
  /** Of its process, once it waits. */
  readonly pid: number | undefined
  hasBegun(): boolean
}

export function patientShell(): PatientShell {
  const folder = mkdtempSync(join(tmpdir(), 'faultpath-shell-'))
  const [path = '', waiting = '', begun = ''] = ['sh', 'waiting', 'begun'].map((name) => join(folder, name))
  const lines = [
    '#!/bin/sh',
    `echo $$ >"${waiting}.part" && mv "${waiting}.part" "${waiting}"`,
    // A process whose parent is gone is another's child.
    'parent=$PPID',
    'while read -r _ _ _ ppid _ </proc/$$/stat && [ "$ppid" = "$parent" ]; do sleep 0.01; done',
    `: >"${begun}"`,
    'exec sh "$@"',
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
  return {
    path,
    get pid() {
      return existsSync(waiting) ? Number(readFileSync(waiting, 'utf8')) : undefined
    },
    hasBegun: () => existsSync(begun),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
