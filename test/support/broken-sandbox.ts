import { expect } from 'vitest'
import { npmRun, until } from './command.ts'
import { addressOf, expectGone, runFolder, runnerOf, segmentOf, segments } from './run-folder.ts'

interface Broken {
  readonly fault: string
  readonly parameters?: readonly string[]
  /** How its runner is ended. */
  readonly signal: 'SIGKILL' | 'SIGINT'
  /** The fault is met before. */
  readonly isMet?: boolean
  /** And healed. */
  readonly isHealed?: boolean
}

/** Starts a sandbox, breaks it, and ends its runner: nothing is left, and Ctrl-C heals before. */
export async function leavesNothing(broken: Broken): Promise<void> {
  const { fault, parameters = [], signal, isHealed = false, isMet = isHealed } = broken
  const command = npmRun(['sandbox'])
  const up = /sandbox (\S+) is up and healthy/
  const name = await until('the sandbox to be up', () => up.exec(command.output())?.[1])
  const folder = await runFolder(command)
  const address = addressOf(folder)
  const segmentsBefore = [segmentOf(folder)]
  const verb = async (...words: string[]) => {
    const { code, stderr, stdout } = await npmRun(['sandbox', '--', ...words]).done
    expect(code, stderr).toBe(0)
    return stdout
  }
  const which = `--sandbox=${name}`
  await verb('break', fault, ...parameters, which)
  if (isMet) expect(await verb('exec', which, 'curl', '-s', 'https://api.example.test/users')).not.toBe('')
  if (isHealed) {
    expect(await verb('heal', which)).toContain('healthy')
    segmentsBefore.push(segmentOf(folder))
  }
  process.kill(runnerOf(folder), signal)
  await expectGone(folder, address)
  expect(segments().filter((segment) => segmentsBefore.includes(segment))).toEqual([])
  const { code, stderr } = await command.done
  if (signal === 'SIGINT') expect([code, stderr]).toEqual([130, expect.stringContaining(`healed ${fault}`)])
}
