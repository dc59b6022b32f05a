import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Libraries {
  readonly 'dns2-packet': typeof import('dns2').Packet
  readonly express: typeof import('express')
  readonly 'http-proxy': typeof import('http-proxy')
  readonly pg: typeof import('pg')
}

const require = createRequire(import.meta.url)

/** The libraries that a start would wait for, and the file that each begins with. */
export const installed: Readonly<Record<keyof Libraries, () => string>> = {
  // The codec alone: dns2's index brings its resolver, and with that http2 and a DNS-over-HTTPS client.
  'dns2-packet': () => join(dirname(require.resolve('dns2')), 'packet.js'),
  express: () => require.resolve('express'),
  'http-proxy': () => require.resolve('http-proxy'),
  pg: () => require.resolve('pg'),
}

/**
 * Where `npm ci` leaves each of them bundled into one file. Below `node_modules`: what a library there does that is
 * deprecated, Node does not tell the person at the terminal.
 */
export const bundles = fileURLToPath(new URL('../../../node_modules/.faultpath', import.meta.url))

/** The bundle where there is one: Express and pg alone are 120 small files. Else as installed. */
export function library<Name extends keyof Libraries>(name: Name, folder = bundles): Libraries[Name] {
  const bundle = join(folder, `${name}.cjs`)
  return require(existsSync(bundle) ? bundle : installed[name]()) as Libraries[Name]
}
