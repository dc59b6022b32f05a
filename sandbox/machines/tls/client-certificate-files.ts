import { dirname, join } from 'node:path'

/** `right`: what the server wants to see. The others are each wrong in one way. */
export const clientCertificates = ['right', 'other-authority', 'expired'] as const

export type ClientCertificateName = (typeof clientCertificates)[number]

/** PEM files with a client's certificate and its private key. */
export interface ClientCertificateFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** The files beside these, of another certificate. */
export function otherFiles(
  files: ClientCertificateFiles,
  name: ClientCertificateName,
): ClientCertificateFiles {
  return filesIn(dirname(files.certFile), name)
}

export function filesIn(folder: string, name: ClientCertificateName): ClientCertificateFiles {
  return { certFile: join(folder, `client-${name}.pem`), keyFile: join(folder, `client-${name}.key`) }
}
