import { sign } from 'node:crypto'
import {
  authorityKeyIdentifier,
  distinguishedName,
  extension,
  signatureAlgorithm,
} from './certificate-writer.ts'
import * as der from './der.ts'
import type { Signer } from './signer.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** CRLReason (RFC 5280 §5.3.1). */
const keyCompromise = 1
const version2 = 1

/** A certificate revocation list (RFC 5280 §5.1): these serial numbers were revoked yesterday. PEM. */
export function revocationList(issuer: Signer, serialNumbers: readonly Buffer[]): string {
  const now = Date.now()
  const algorithm = signatureAlgorithm(issuer.privateKey, 'sha256')
  const reason = extension('2.5.29.21', der.enumerated(keyCompromise))
  const entries = serialNumbers.map((serialNumber) =>
    der.sequence(der.integer(serialNumber), der.time(new Date(now - dayMs)), der.sequence(reason)),
  )
  const body = der.sequence(
    der.integer(version2),
    algorithm,
    distinguishedName(issuer.name),
    der.time(new Date(now - hourMs)),
    der.time(new Date(now + dayMs)),
    // A list without entries has no room for them (§5.1.2.6).
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.explicit(
      0,
      der.sequence(authorityKeyIdentifier(issuer.publicKey), extension('2.5.29.20', der.integer(1))),
    ),
  )
  const list = der.sequence(body, algorithm, der.bitString(sign('sha256', body, issuer.privateKey)))
  const lines = list.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`
}
