import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/**
 * dns2's codec alone. Its index would bring its resolver too, and with that http2 and a DNS-over-HTTPS client, which
 * take 10 ms of every start.
 */
export const Packet = require(
  join(dirname(require.resolve('dns2')), 'packet.js'),
) as typeof import('dns2').Packet
export type Packet = import('dns2').Packet
