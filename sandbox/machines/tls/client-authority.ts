import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { CertificateDeviation } from './certificate-recipe.ts'
import { toPem } from './certificate-writer.ts'
import {
  type ClientCertificateFiles,
  type ClientCertificateName,
  clientCertificates,
  filesIn,
} from './client-certificate-files.ts'
import { certify, type Signer, selfSigned } from './signer.ts'

/** The authority that servers with mTLS trust to vouch for clients. It is none of those that vouch for servers. */
export class ClientAuthority {
  readonly rootPem: string
  readonly #root = selfSigned('Faultpath Client Root', { notAfterDays: 365 })

  constructor() {
    this.rootPem = toPem(this.#root.certificate)
  }

  /** Writes every certificate and key into `folder`; keys are for their owner alone (mode 0600). */
  async write(folder: string): Promise<ClientCertificateFiles> {
    await Promise.all(
      clientCertificates.map(async (name) => {
        const { certFile, keyFile } = filesIn(folder, name)
        const { certificate, privateKey } = this.#issue(name)
        await writeFile(certFile, toPem(certificate), { mode: 0o644 })
        await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
      }),
    )
    return filesIn(folder, 'right')
  }

  #issue(name: ClientCertificateName): Signer {
    const subject = { name: 'shop-app', names: [], ips: [], isAuthority: false }
    const forClients: CertificateDeviation = { extendedKeyUsages: ['clientAuth'] }
    switch (name) {
      case 'right':
        return certify(subject, forClients, this.#root)
      case 'other-authority':
        return certify(subject, forClients, selfSigned('Somebody Else', { notAfterDays: 365 }))
      case 'expired':
        return certify(subject, { ...forClients, notAfterDays: -30 }, this.#root)
      default:
        return name satisfies never
    }
  }

  /** Whether a certificate proves its owner's identity: signed by this authority, and in its time. */
  accepts(certificate: X509Certificate | undefined): boolean {
    if (certificate === undefined) return false
    const now = Date.now()
    const isInTime = now >= certificate.validFromDate.getTime() && now <= certificate.validToDate.getTime()
    return isInTime && certificate.verify(new X509Certificate(this.rootPem).publicKey)
  }
}
