import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/**
 * The page of Postgres's table of roles (pg_authid), as it lies in a stopped cluster. What a role's password must be is
 * written into it, so that each run draws its own and no session is needed for that: one would make every start longer.
 */

const pageBytes = 8_192
/** Of `pd_checksum` in a page's header (PageHeaderData, src/include/storage/bufpage.h). */
const checksumAt = 8

/** Rounds make a password that a person chose slow to guess. One of 144 drawn bits is not guessed; each login takes less. */
const iterations = 1

/** What each verifier begins with. A template with others is not this version's. */
export const verifierStart = `SCRAM-SHA-256$${iterations}:`

/**
 * What Postgres keeps of a password: it can be checked with that, and not be found out (RFC 5803 §3; src/common/scram-common.c).
 * Of any password it has the same length.
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  const server = keyed('Server Key').toString('base64')
  return `${verifierStart}${salt.toString('base64')}$${stored}:${server}`
}

/**
 * The page with other verifiers in the places of these.
 * @throws Error where one is not in it.
 */
export function withVerifiers(
  page: Buffer,
  verifiers: readonly (readonly [old: string, drawn: string])[],
): Buffer {
  const changed = Buffer.from(page)
  for (const [old, drawn] of verifiers) {
    const at = page.indexOf(old, 0, 'latin1')
    if (at === -1 || drawn.length !== old.length)
      throw new Error('database: expected a role in the page of the roles')
    changed.write(drawn, at, 'latin1')
  }
  changed.writeUInt16LE(checksumOf(changed), checksumAt)
  return changed
}

/** Whether it is one page, as Postgres wrote it. */
export function isPage(page: Buffer): boolean {
  return page.length === pageBytes && page.readUInt16LE(checksumAt) === checksumOf(page)
}

const sums = 32
const prime = 16_777_619
const offsets = [
  0x5b1f36e9, 0xb8525960, 0x02ab50aa, 0x1de66d2a, 0x79ff467a, 0x9bb9f8a3, 0x217e7cd2, 0x83e13d2c, 0xf8d4474f,
  0xe39eb970, 0x42c6ae16, 0x993216fa, 0x7b093b5d, 0x98daff3c, 0xf718902a, 0x0b1c9cdb, 0xe58f764b, 0x187636bc,
  0x5d7b3bb1, 0xe73de7de, 0x92bec979, 0xcca6c0b2, 0x304a0979, 0x85aa43d4, 0x783125bb, 0x6ca8eaa2, 0xe407eac6,
  0x4b5cfc3e, 0x9fbf8c76, 0x15ca20be, 0xf2ca9fd3, 0x959bd756,
] as const

/** Of the first page of a file (pg_checksum_page, src/include/storage/checksum_impl.h): FNV-1a, 32 sums side by side. */
function checksumOf(page: Buffer): number {
  const words = new Uint32Array(Uint8Array.from(page).buffer)
  // It is reckoned as if there was none yet.
  words[checksumAt / 4]! &= 0xffff0000
  const sum = Int32Array.from(offsets)
  // Two rounds of zeros follow the page.
  for (let index = 0; index < words.length + 2 * sums; index += 1) {
    const mixed = sum[index % sums]! ^ (words[index] ?? 0)
    sum[index % sums] = Math.imul(mixed, prime) ^ (mixed >>> 17)
  }
  let folded = 0
  for (const each of sum) folded ^= each
  return ((folded >>> 0) % 65_535) + 1
}
