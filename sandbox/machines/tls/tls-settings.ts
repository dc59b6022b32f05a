import { constants, type X509Certificate } from 'node:crypto'
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { Authority, Chain } from './authority.ts'
import type { ProtocolVersion, TlsState } from './tls-points.ts'

/** All that a handshake is conducted with. */
export interface TlsSettings {
  readonly context: SecureContext
  readonly alpn: readonly string[]
  /** `required`: OpenSSL itself refuses a client that has none. */
  readonly clientCertificate: 'not asked for' | 'required'
  /** Whether a client's certificate proves its identity. */
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

/** What this edge wants in every state, and other edges do without. */
export interface TlsDemands {
  /** With which sessions can be resumed after all. */
  readonly ticketKeys?: Buffer | undefined
  /** Clients must prove their identity (mTLS). */
  readonly clientCertificate?: boolean | undefined
  /** The one version it speaks. Default: TLS 1.2 and 1.3. */
  readonly tlsVersion?: ProtocolVersion | undefined
}

export async function tlsSettings(
  authority: Authority,
  state: TlsState | undefined,
  { ticketKeys, clientCertificate = false, tlsVersion }: TlsDemands,
): Promise<TlsSettings> {
  const isMutual = clientCertificate || state?.kind === 'client-certificate'
  const [chain, clients] = await Promise.all([
    authority.issue(state?.kind === 'certificate' ? state.recipe : {}),
    isMutual ? authority.clients : undefined,
  ])
  const options = {
    key: chain.keyPem,
    cert: chain.certPem,
    // Never left out: the edge would read all that this host trusts into its first context, which takes up to 8 ms.
    ca: clients?.rootPem ?? [],
    ...(tlsVersion && { minVersion: tlsVersion, maxVersion: tlsVersion }),
    ...(ticketKeys ? { ticketKeys } : noResumption),
    ...optionsOf(state, chain),
  }
  return {
    context: createSecureContext(options),
    alpn: (state?.kind === 'protocol' && state.alpn) || ['http/1.1'],
    clientCertificate: isMutual ? 'required' : 'not asked for',
    accepts: (certificate) => clients === undefined || clients.accepts(certificate),
    chain,
  }
}

/** What a state changes. */
function optionsOf(state: TlsState | undefined, chain: Chain): SecureContextOptions {
  switch (state?.kind) {
    case undefined:
    case 'hang-up':
      return {}
    case 'certificate':
      return {
        ciphers: DEFAULT_CIPHERS + anySecurity,
        ...(chain.exchange && { maxVersion: 'TLSv1.2' }),
      }
    case 'protocol':
      return {
        ciphers: (state.ciphers ?? DEFAULT_CIPHERS) + anySecurity,
        minVersion: state.minVersion ?? 'TLSv1.2',
        maxVersion: state.maxVersion ?? 'TLSv1.3',
        ...(state.groups && { ecdhCurve: state.groups }),
      }
    case 'client-certificate': {
      const { tlsVersion } = state
      return tlsVersion ? { minVersion: tlsVersion, maxVersion: tlsVersion } : {}
    }
    default:
      return state satisfies never
  }
}
