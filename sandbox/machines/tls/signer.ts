import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { CertificateDeviation } from './certificate-recipe.ts'
import { writeCertificate } from './certificate-writer.ts'

/** A certificate, the name it is for, and the key with which it signs others. */
export interface Signer {
  readonly name: string | null
  readonly certificate: Buffer
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function selfSigned(name: string, deviation: CertificateDeviation): Signer {
  return certify({ name, names: [], ips: [], isAuthority: true }, deviation)
}

export function authority(name: string, issuer: Signer, deviation: CertificateDeviation): Signer {
  return certify({ name, names: [], ips: [], isAuthority: true }, deviation, issuer)
}

interface Subject {
  readonly name: string | null
  readonly names: readonly string[]
  readonly ips: readonly string[]
  readonly isAuthority: boolean
  readonly serialNumber?: Buffer
}

/** A fresh key and a certificate for it, signed by `issuer`, or by itself without one. */
export function certify(subject: Subject, deviation: CertificateDeviation, issuer?: Signer): Signer {
  const { privateKey, publicKey } =
    deviation.key === 'rsa1024'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = writeCertificate({
    subject: subject.name,
    ...(subject.serialNumber && { serialNumber: subject.serialNumber }),
    publicKey,
    issuer: issuer ? issuer.name : subject.name,
    issuerKey: issuer?.privateKey ?? privateKey,
    issuerPublicKey: issuer?.publicKey ?? publicKey,
    ...validity(deviation),
    isAuthority: subject.isAuthority,
    names: subject.names,
    ips: subject.ips,
    deviation,
  })
  return { name: subject.name, certificate, privateKey, publicKey }
}

/**
 * It starts a day in the past so that a client with a clock a little behind meets no second fault, and it
 * never ends before it starts, which clients would report in different ways.
 */
function validity({ notBeforeDays, notAfterDays }: CertificateDeviation): {
  notBefore: Date
  notAfter: Date
} {
  const from = notBeforeDays ?? (notAfterDays !== undefined && notAfterDays <= 0 ? notAfterDays - 90 : -1)
  const to = notAfterDays ?? Math.max(30, from + 90)
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
  return { notBefore: inDays(from), notAfter: inDays(to) }
}
