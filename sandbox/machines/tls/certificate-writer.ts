import { createHash, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { CertificateDeviation, ExtendedKeyUsage, KeyUsage } from './certificate-recipe.ts'
import * as der from './der.ts'

/** One certificate to be made: what it says, the key it carries and the issuer that signs it. */
export interface CertificateTemplate {
  readonly subject: string | null
  /** Left out: a random one. */
  readonly serialNumber?: Buffer
  readonly publicKey: KeyObject
  readonly issuer: string | null
  readonly issuerKey: KeyObject
  readonly issuerPublicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  readonly isAuthority: boolean
  readonly names: readonly string[]
  readonly ips: readonly string[]
  readonly deviation: CertificateDeviation
}

const keyUsageBits: Record<KeyUsage, number> = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
}
const extendedKeyUsages: Record<ExtendedKeyUsage, string> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}

/** RFC 5280 §4.1. Returns DER. */
export function writeCertificate(template: CertificateTemplate): Buffer {
  const { deviation, issuerKey } = template
  const algorithm = signatureAlgorithm(issuerKey, deviation.hash ?? 'sha256')
  const body = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(template.serialNumber ?? newSerialNumber()),
    algorithm,
    distinguishedName(template.issuer),
    der.sequence(der.time(template.notBefore), der.time(template.notAfter)),
    distinguishedName(template.subject),
    template.publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...extensionsOf(template))),
  )
  const signature = sign(deviation.hash ?? 'sha256', body, issuerKey)
  if (deviation.badSignature)
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1)
  return der.sequence(body, algorithm, der.bitString(signature))
}

/** PEM with the trailing newline without which joined files are misread. */
export function toPem(certificate: Buffer): string {
  return new X509Certificate(certificate).toString()
}

/** Twenty bytes at most and positive (RFC 5280 §4.1.2.2). */
export function newSerialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0)
  return bytes
}

export function distinguishedName(commonName: string | null): Buffer {
  if (commonName === null) return der.sequence()
  return der.sequence(der.setOf(der.sequence(der.objectIdentifier('2.5.4.3'), der.utf8String(commonName))))
}

export function signatureAlgorithm(key: KeyObject, hash: 'sha256' | 'sha1'): Buffer {
  if (key.asymmetricKeyType === 'rsa') {
    const id = hash === 'sha256' ? '1.2.840.113549.1.1.11' : '1.2.840.113549.1.1.5'
    return der.sequence(der.objectIdentifier(id), der.nothing())
  }
  return der.sequence(der.objectIdentifier(hash === 'sha256' ? '1.2.840.10045.4.3.2' : '1.2.840.10045.4.1'))
}

function extensionsOf(template: CertificateTemplate): Buffer[] {
  const { deviation, isAuthority } = template
  const extensions = [
    basicConstraints(deviation.ca ?? isAuthority, deviation.pathLength),
    keyUsage(deviation.keyUsages ?? (isAuthority ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'])),
    extension('2.5.29.14', der.octetString(keyIdentifier(template.publicKey))),
    authorityKeyIdentifier(template.issuerPublicKey),
  ]
  const usages = deviation.extendedKeyUsages ?? (isAuthority ? [] : ['serverAuth' as const])
  if (usages.length > 0) {
    const ids = usages.map((usage) => der.objectIdentifier(extendedKeyUsages[usage]))
    extensions.push(extension('2.5.29.37', der.sequence(...ids)))
  }
  const alternatives = [
    ...template.names.map(dnsName),
    ...template.ips.map((ip) => der.implicit(7, addressBytes(ip))),
  ]
  if (alternatives.length > 0) extensions.push(extension('2.5.29.17', der.sequence(...alternatives)))
  if (deviation.permittedNames || deviation.excludedNames) extensions.push(nameConstraints(deviation))
  // RFC 7633: the status_request feature, so a server that staples nothing breaks its own certificate's word.
  if (deviation.mustStaple) extensions.push(extension('1.3.6.1.5.5.7.1.24', der.sequence(der.integer(5))))
  // 2.5.29 is the arc of the standard extensions, and 999 is none of them: no verifier can know it.
  if (deviation.unknownCriticalExtension) extensions.push(extension('2.5.29.999', der.nothing(), true))
  return extensions
}

export function extension(id: string, value: Buffer, critical = false): Buffer {
  const flags = critical ? [der.boolean(true)] : []
  return der.sequence(der.objectIdentifier(id), ...flags, der.octetString(value))
}

export function authorityKeyIdentifier(issuerPublicKey: KeyObject): Buffer {
  return extension('2.5.29.35', der.sequence(der.implicit(0, keyIdentifier(issuerPublicKey))))
}

function basicConstraints(isAuthority: boolean, pathLength: number | undefined): Buffer {
  const limit = pathLength === undefined ? [] : [der.integer(pathLength)]
  return extension('2.5.29.19', der.sequence(...(isAuthority ? [der.boolean(true), ...limit] : [])), true)
}

function keyUsage(usages: readonly KeyUsage[]): Buffer {
  let bits = 0
  for (const usage of usages) bits |= 0x80 >> keyUsageBits[usage]
  // A named bit list ends at its last set bit (X.690 §11.2.2).
  const unusedBits = 31 - Math.clz32(bits & -bits)
  return extension('2.5.29.15', der.bitString(Buffer.of(bits), unusedBits), true)
}

function nameConstraints({ permittedNames = [], excludedNames = [] }: CertificateDeviation): Buffer {
  const trees = (names: readonly string[]) => names.map((name) => der.sequence(dnsName(name)))
  const parts = [
    ...(permittedNames.length > 0 ? [der.explicit(0, ...trees(permittedNames))] : []),
    ...(excludedNames.length > 0 ? [der.explicit(1, ...trees(excludedNames))] : []),
  ]
  return extension('2.5.29.30', der.sequence(...parts), true)
}

function dnsName(name: string): Buffer {
  return der.implicit(2, Buffer.from(name))
}

function addressBytes(ip: string): Buffer {
  if (isIP(ip) !== 4) throw new Error(`certificate: expected an IPv4 address, got ${JSON.stringify(ip)}`)
  return Buffer.from(ip.split('.').map(Number))
}

/** RFC 7093 §2 (4): a hash over the whole public key information; clients only compare it. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}
