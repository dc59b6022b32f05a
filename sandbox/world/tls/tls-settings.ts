import { constants, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext } from 'node:tls'
import type { Authority, Chain } from './certificates.ts'
import type { TlsState } from './tls-points.ts'

/** All that a handshake is conducted with. */
export interface TlsSettings {
  readonly context: SecureContext
  readonly alpn: readonly string[]
  /** `required`: OpenSSL itself refuses a client that has none. */
  readonly clientCertificate: 'not asked for' | 'asked for' | 'required'
  /** Whether a client's certificate proves who it is. */
  readonly accepts: (certificate: X509Certificate | undefined) => boolean
  readonly chain: Chain
}

/**
 * Level 0, or OpenSSL would refuse on this side what the client is meant to refuse: weak keys, SHA-1, TLS 1.0.
 */
const anySecurity = ':@SECLEVEL=0'

/**
 * No session is ever resumed: a client with a ticket would not look at the certificate again, and an armed
 * certificate would go unseen.
 */
const noResumption = { secureOptions: constants.SSL_OP_NO_TICKET }

/** @param ticketKeys with which sessions can be resumed after all. */
export async function tlsSettings(
  authority: Authority,
  state: TlsState | undefined,
  ticketKeys: Buffer | undefined,
): Promise<TlsSettings> {
  const chain = await authority.issue(state?.kind === 'certificate' ? state.recipe : {})
  const healthy = { key: chain.keyPem, cert: chain.certPem, ...(ticketKeys ? { ticketKeys } : noResumption) }
  const settings = {
    alpn: ['http/1.1'],
    clientCertificate: 'not asked for',
    accepts: () => true,
    chain,
  } as const
  switch (state?.kind) {
    case undefined:
    case 'hang-up':
      return { ...settings, context: createSecureContext(healthy) }
    case 'certificate': {
      const context = createSecureContext({
        ...healthy,
        ciphers: DEFAULT_CIPHERS + anySecurity,
        ...(chain.exchange && { maxVersion: 'TLSv1.2' }),
      })
      return { ...settings, context }
    }
    case 'protocol': {
      const context = createSecureContext({
        ...healthy,
        ciphers: (state.ciphers ?? DEFAULT_CIPHERS) + anySecurity,
        minVersion: state.minVersion ?? 'TLSv1.2',
        maxVersion: state.maxVersion ?? 'TLSv1.3',
        ...(state.groups && { ecdhCurve: state.groups }),
      })
      return { ...settings, context, alpn: state.alpn ?? settings.alpn }
    }
    case 'client-certificate': {
      const { tlsVersion } = state
      const context = createSecureContext({
        ...healthy,
        ca: authority.rootPem,
        ...(tlsVersion && { minVersion: tlsVersion, maxVersion: tlsVersion }),
      })
      const { publicKey } = new X509Certificate(authority.rootPem)
      if (state.refuses === 'all') {
        return { ...settings, context, clientCertificate: 'asked for', accepts: () => false }
      }
      return {
        ...settings,
        context,
        clientCertificate: 'required',
        accepts: (certificate) => isVouchedFor(certificate, publicKey),
      }
    }
    default:
      return state satisfies never
  }
}

/** Whether the signatures lead from a certificate, over the intermediates the client sent, to the root. */
function isVouchedFor(certificate: X509Certificate | undefined, rootKey: KeyObject): boolean {
  if (!certificate) return false
  if (certificate.verify(rootKey)) return true
  const issuer = certificate.issuerCertificate
  if (!issuer || issuer.fingerprint256 === certificate.fingerprint256) return false
  return certificate.verify(issuer.publicKey) && isVouchedFor(issuer, rootKey)
}
