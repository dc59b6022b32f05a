import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidInput } from '../sandbox/invalid-input.ts'
import { faultCatalogue } from '../sandbox/run/catalogue.ts'

// Whatever is given for a parameter, a fault either takes it, and then is plain data, or says at once what is
// wrong with which parameter. Nothing has started by then, so nothing can crash or hang.

const faults = [...(await faultCatalogue()).values()]

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    Number.NaN,
    -1,
    0.5,
    -0,
    Number.POSITIVE_INFINITY,
    1e308,
    2 ** 53,
    null,
    true,
    '',
    '5s',
    [],
    {},
    1n,
  ),
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.anything(),
)

function attempt(define: () => unknown): unknown {
  try {
    return define()
  } catch (error) {
    return error
  }
}

test.each(faults.map((fault) => [fault.id, fault] as const))('%s takes or refuses any value', (id, fault) => {
  for (const name of [...Object.keys(fault.schemas), 'when']) {
    fc.assert(
      fc.property(odd, (value) => {
        const result = attempt(() => fault({ [name]: value } as never))
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(InvalidInput)
          expect(result.message).toMatch(
            new RegExp(`^${id}\\(\\): (${name}(\\.\\w+)?: expected |unknown condition "${name}\\.)`),
          )
        } else {
          const { plan, summary } = result as ReturnType<typeof fault>
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
          expect(summary.replace(fault().summary, '')).not.toMatch(/undefined|NaN|\n/)
        }
      }),
      { numRuns: 60, seed: 1 },
    )
  }
})

test.each(faults.map((fault) => [fault.id, fault] as const))(
  '%s refuses a parameter it does not know',
  (id, fault) => {
    const result = attempt(() => fault({ notAParameter: 1 } as never))
    expect(result).toBeInstanceOf(InvalidInput)
    expect((result as Error).message).toContain(`${id}(): unknown parameter "notAParameter"`)
  },
)

test.each(faults.map((fault) => [fault.id, fault] as const))(
  '%s needs no parameter, and its plan is plain data',
  (_id, fault) => {
    const { plan } = fault()
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  },
)
