import type { ResolvedCall } from '../../machines/client/resolved-call.ts'

/** After its own limit a client gets this long to say so, before it counts as hanging and is stopped. */
const graceMs = 1_000

/** What the call came to, or `hangs` where it came to nothing. */
export async function orHangs<Value>(
  { timeoutMs }: ResolvedCall,
  outcome: Promise<Value>,
): Promise<Value | 'hangs'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'hangs'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs + graceMs, 'hangs')
  })
  // Late, its failure is of a client that is about to be ended.
  outcome.catch(() => {})
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}
