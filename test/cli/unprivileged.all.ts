import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chromiumClient } from '../../sandbox/clients/chromium.ts'
import { canSeal } from '../support/can-seal.ts'
import { root } from '../support/command.ts'

// What root can do, an ordinary user can, and leaves as little.

const isRoot = process.getuid?.() === 0
const missing = canSeal ? chromiumClient.missing() : 'user namespaces are not allowed'
const why = missing === undefined ? '' : `, ${missing}`

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'faultpath-unprivileged-'))
  chmodSync(home, 0o777)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

async function scenario(...words: string[]): Promise<{ readonly code: unknown; readonly output: string }> {
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
  const child = spawn('setpriv', [...nobody, join(root, 'sandbox/cli/main.mjs'), 'scenario', ...words], {
    cwd: home,
    env: { ...process.env, HOME: home, FAULTPATH_CACHE: join(home, 'cache'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  return { code: await new Promise((resolve) => child.once('close', resolve)), output }
}

function leftover(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('/faultpath-65534/')
    } catch {
      return false
    }
  })
}

describe.skipIf(!isRoot)('an unprivileged user (skipped unless started as root)', () => {
  test.skipIf(!canSeal)(
    'keeps the promises of the sealed world (skipped without user namespaces)',
    async () => {
      const ids = ['dns-failure', 'servfail', 'dropped-packets', 'expired-cert', 'server-error', 'slow-query']
      const { code, output } = await scenario(...ids, '--world=sealed')
      expect(output.match(/ PASS /g), output).toHaveLength(ids.length)
      expect(code, output).toBe(0)
      expect(leftover()).toEqual([])
    },
  )

  test.skipIf(missing !== undefined)(`calls with a browser (skipped unless it is there${why})`, async () => {
    const ids = ['cors-blocked', 'mixed-content', 'csp-blocked']
    const { code, output } = await scenario(...ids, '--client=chromium')
    expect(output.match(/ PASS /g), output).toHaveLength(ids.length)
    expect(code, output).toBe(0)
    expect(readdirSync(home).sort()).toEqual(['.faultpath', 'cache'])
    expect(leftover()).toEqual([])
  })
})
