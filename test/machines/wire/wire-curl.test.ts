import { execFile, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { WireVerdict } from '../../../sandbox/machines/wire/wire-points.ts'
import { answerWith, arm, wire } from './wire-bench.ts'

// Our server and our client agreeing proves little. curl is the witness that is not ours, and its exit code tells the
// fates apart: each verdict has one that no other has, and an unbroken wire has 0.

const hasCurl = spawnSync('curl', ['--version']).status === 0

// Exit codes of curl(1): 52 empty reply, 56 failure in receiving, 28 timed out, 18 partial file.
test.skipIf(!hasCurl).each<[WireVerdict | undefined, number]>([
  [undefined, 0],
  [{ kind: 'cut' }, 52],
  [{ kind: 'reset', from: 'server' }, 56],
  [{ kind: 'silence' }, 28],
  [{ kind: 'cut', from: 'server', afterText: '\r\n\r\n', afterBytes: 4 }, 18],
])('curl meets %j: exit %i (needs curl: apt-get install curl)', async (verdict, exit) => {
  answerWith('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789')
  if (verdict !== undefined) await arm(verdict)
  const url = `http://127.0.0.1:${wire.port}/`
  const code = await new Promise((resolve) => {
    execFile('curl', ['--noproxy', '*', '-sS', '-m', '1', url], (error) => resolve(error?.code ?? 0))
  })
  expect(code).toBe(exit)
})
