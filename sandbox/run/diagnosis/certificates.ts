import type { ServedCertificate } from '../../machines/shared/trace.ts'
import type { Of } from './readings.ts'

/** The chain as it is compared: every byte of it counts. */
export function servedCertificate(event: Of<'tls'>): string | undefined {
  if (event.certificate === undefined) return undefined
  const { digests, names, notBefore, notAfter } = event.certificate
  return `${names.join(' ')}, ${notBefore} to ${notAfter}, chain ${digests.join('-')}`
}

/** What a person would look at: names, dates, what was sent along, and the last signer. */
export function certificateWords(events: readonly Of<'tls'>[]): readonly string[] {
  const [certificate] = events.flatMap((event) => event.certificate ?? [])
  if (certificate === undefined) return []
  const { digests, issuer, names, signers } = certificate
  const others = digests.length - 1
  const along = signers.length < others ? `${others} others` : signers.join(', ')
  return [
    names.length === 0 ? 'one for no name' : `one for ${names.join(', ')}`,
    timeWords(certificate),
    others === 0 ? 'sent alone' : `sent with ${along}`,
    `signed in the end by ${issuer}`,
  ]
}

/** Dates as they stand on the certificate. Which one is out of its time matters more than when the others are not. */
function timeWords({ notAfter, notBefore, untimely }: ServedCertificate): string {
  if (untimely === undefined) return `valid ${day(notBefore)} to ${day(notAfter)}`
  const { begins, ended, signer } = untimely
  const which = signer === undefined ? '' : ` (that of ${signer})`
  return ended === undefined ? `begins ${day(begins ?? '')}${which}` : `ended ${day(ended)}${which}`
}

function day(time: string): string {
  return time.slice(0, 10)
}
