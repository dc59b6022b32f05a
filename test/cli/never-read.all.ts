import { expect, test } from 'vitest'
import { npmRun } from '../support/command.ts'

test('a file that waits for what never comes is not waited for', { timeout: 30_000 }, async () => {
  const { code, stdout, stderr } = await npmRun(['scenario', 'test/fixtures/never-read.ts']).done
  expect(stderr.trim()).toBe(
    'test/fixtures/never-read.ts:9:1: expected a file that is read at once, saw it still wait after 10 s. Look at what stands behind its await',
  )
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})
