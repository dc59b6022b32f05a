import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { seededDraw } from '../../sandbox/machines/shared/when.ts'
import { root } from '../support/command.ts'

// The scenarios the project was asked for do not flake: many times, in an order that is shuffled anew for each
// round (seeded, so that a failure can be repeated), alone and four at a time.

const rounds = 20
const ids = ['dns-failure', 'dropped-packets', 'expired-cert', 'server-error', 'slow-query']

function shuffled(seed: number): string[] {
  const draw = seededDraw(seed)
  return ids
    .map((id) => ({ id, at: draw() }))
    .sort((one, other) => one.at - other.at)
    .map(({ id }) => id)
}

function scenario(words: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['sandbox/cli/main.mjs', 'scenario', ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}

test('the five pass 20 times in a row, in random order', { timeout: 600_000 }, async () => {
  const { code, output } = await scenario(Array.from({ length: rounds }, (_, seed) => shuffled(seed)).flat())
  expect(output.split('\n').filter((line) => / PASS /.test(line))).toHaveLength(rounds * ids.length)
  expect(code, output).toBe(0)
})

test('the five pass 20 times, four sandboxes at a time', { timeout: 600_000 }, async () => {
  const waiting = Array.from({ length: rounds }, (_, seed) => shuffled(seed + rounds))
  const lane = async () => {
    for (let words = waiting.pop(); words !== undefined; words = waiting.pop()) {
      const { code, output } = await scenario(words)
      expect(code, output).toBe(0)
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
})

test('the five are the ones there are, or are among them', () => {
  const known = readdirSync(join(root, 'scenarios'), { recursive: true, encoding: 'utf8' })
  expect(known.map((file) => basename(file, '.ts'))).toEqual(expect.arrayContaining(ids))
})
