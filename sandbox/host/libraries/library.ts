import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

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

let folder = process.env['FAULTPATH_LIBRARIES']

/** From now on they come from this folder of bundles. */
export function loadFrom(bundles: string): void {
  folder = bundles
}

export const libraryNames = Object.keys(installed) as readonly (keyof Libraries)[]

/** What a library below `node_modules` does that is deprecated, Node does not tell the person at the terminal. */
export const bundleFolder = 'node_modules'

export function bundleOf(bundles: string, name: keyof Libraries): string {
  return join(bundles, bundleFolder, `${name}.cjs`)
}

/** From the folder of bundles where it is there (whoever tidies a cache takes it away at any time), else as installed. */
export function library<Name extends keyof Libraries>(name: Name): Libraries[Name] {
  const bundle = folder && bundleOf(folder, name)
  return require(bundle !== undefined && existsSync(bundle) ? bundle : installed[name]()) as Libraries[Name]
}
