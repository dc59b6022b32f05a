import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { Person } from '../support/inside.ts'
import { insidePromises } from '../support/inside-promises.ts'

// What is typed inside cannot change the machine. As whoever runs the tests: that is root in many containers, and then
// everything could. Each line says what a program tries, and that the machine is the same.

describe.skipIf(!canSeal)('inside (skipped without user namespaces)', () => {
  let person: Person
  beforeAll(async () => {
    person = await Person.withSandbox()
  })
  afterAll(() => person?.leaves())

  insidePromises(() => person)

  test('what cannot be shared is refused with what was expected: 2', async () => {
    const nothing = await person.types('true', { flags: ['--writable=./missing'] })
    expect(nothing).toEqual({
      code: 2,
      output: '--writable=./missing: expected a folder, saw nothing there\n',
    })
    const all = await person.types('true', { flags: ['--writable=/'] })
    expect(all).toEqual({ code: 2, output: '--writable=/: expected a folder of files, saw /\n' })
  })
})
