import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The same in every process, so that a token outlives a crash of the API and a scenario can carry one that is
 * expired. It guards nothing but the sandbox's own shop.
 */
const signingKey = 'faultpath-shop'

/** A bearer token: `<userId>.<expiresAtMs>.<signature>`. `expiresAtMs` counts from the Unix epoch. */
export function issueToken(userId: number, expiresAtMs: number): string {
  const claim = `${userId}.${expiresAtMs}`
  return `${claim}.${signatureOf(claim)}`
}

/** The user a token was issued to; undefined when it is expired or was never issued. */
export function userOfToken(token: string, epochMs: number): number | undefined {
  const parts = /^(\d+)\.(\d+)\.([0-9a-f]{64})$/.exec(token)
  if (parts === null) return undefined
  const [, userId, expiresAtMs, signature] = parts
  const expected = signatureOf(`${userId}.${expiresAtMs}`)
  if (!timingSafeEqual(Buffer.from(signature!), Buffer.from(expected))) return undefined
  return Number(expiresAtMs) > epochMs ? Number(userId) : undefined
}

function signatureOf(claim: string): string {
  return createHmac('sha256', signingKey).update(claim).digest('hex')
}
