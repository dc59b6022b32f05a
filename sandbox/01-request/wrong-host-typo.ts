import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The URL has another host than was meant: a typing mistake, or a variable that was never set.
 *
 * It looks like a DNS failure; DNS did its work.
 *
 * - `host`: the host in the URL. `undefined` is what a missing variable leaves in a template.
 * - Seen: `ENOTFOUND`, with the wrong name in the message.
 * - Source: RFC 6761 (`.test` never exists in public DNS).
 */
export const wrongHostTypo = fault({
  step: 'request',
  name: 'wrong-host-typo',
  summary: ({ host }) => `wrong-host-typo ${host}`,
  parameters: { host: hostName({ default: 'undefined', not: 'api.example.test' }) },
  plan: ({ host }) => ({ point: 'client', state: { kind: 'url', host } }),
})
