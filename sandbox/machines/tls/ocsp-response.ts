import { createHash, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { distinguishedName, signatureAlgorithm } from './certificate-writer.ts'
import * as der from './der.ts'
import type { Signer } from './signer.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** CRLReason (RFC 5280 §5.3.1). */
const keyCompromise = 1

/**
 * The authority's fresh word on a certificate (RFC 6960 §4.2.1): that it is good, or that it was revoked yesterday,
 * because its key was stolen.
 */
export function ocspResponse(certificate: Buffer, issuer: Signer, word: 'good' | 'revoked'): Buffer {
  const now = Date.now()
  const keyHash = sha1(keyBits(issuer.publicKey))
  const certificateId = der.sequence(
    der.sequence(der.objectIdentifier('1.3.14.3.2.26'), der.nothing()),
    der.octetString(sha1(distinguishedName(issuer.name))),
    der.octetString(keyHash),
    der.integer(Buffer.from(new X509Certificate(certificate).serialNumber, 'hex')),
  )
  const revoked = der.explicit(
    1,
    der.generalizedTime(new Date(now - dayMs)),
    der.explicit(0, der.enumerated(keyCompromise)),
  )
  const body = der.sequence(
    der.explicit(2, der.octetString(keyHash)),
    der.generalizedTime(new Date(now - hourMs)),
    der.sequence(
      der.sequence(
        certificateId,
        word === 'good' ? der.implicit(0, Buffer.of()) : revoked,
        der.generalizedTime(new Date(now - hourMs)),
        der.explicit(0, der.generalizedTime(new Date(now + dayMs))),
      ),
    ),
  )
  const basic = der.sequence(
    body,
    signatureAlgorithm(issuer.privateKey, 'sha256'),
    der.bitString(sign('sha256', body, issuer.privateKey)),
  )
  const successful = der.enumerated(0)
  return der.sequence(
    successful,
    der.explicit(0, der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic))),
  )
}

/** RFC 6960 §4.1.1 asks for this hash; it identifies, it protects nothing. */
function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest()
}

/** The bits of the key alone: what follows the algorithm in a SubjectPublicKeyInfo (RFC 5280 §4.1). */
function keyBits(publicKey: KeyObject): Buffer {
  const info = publicKey.export({ type: 'spki', format: 'der' })
  const contentAt = (at: number) =>
    at + 2 + (info.readUInt8(at + 1) & 0x80 ? info.readUInt8(at + 1) & 0x7f : 0)
  const algorithmAt = contentAt(0)
  const bitStringAt = algorithmAt + 2 + info.readUInt8(algorithmAt + 1)
  const unusedBitsByte = 1
  return info.subarray(contentAt(bitStringAt) + unusedBitsByte)
}
