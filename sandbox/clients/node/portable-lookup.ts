import dns, { type LookupAddress } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

type LookupOptions = { readonly family?: number | string; readonly all?: boolean }
type Callback = (
  error: NodeJS.ErrnoException | null,
  address?: string | LookupAddress[],
  family?: number,
) => void

/**
 * Makes this process look names up at the sandbox's DNS server, through c-ares, where the operating
 * system's resolver cannot be pointed there. Its errors are c-ares' own: SERVFAIL is ESERVFAIL, not EAI_AGAIN.
 *
 * A fresh Resolver for each look-up: c-ares adapts its timeouts and remembers servers that failed.
 */
export function lookUpWith(server: string): void {
  const lookup = (hostname: string, options: LookupOptions | Callback, callback?: Callback) => {
    const [given, done] = typeof options === 'function' ? [{}, options] : [options, callback as Callback]
    void resolve(server, hostname).then(
      (addresses) => answer(hostname, addresses, given, done),
      (error: NodeJS.ErrnoException) => done(error),
    )
  }
  dns.lookup = lookup as typeof dns.lookup
  syncBuiltinESMExports()
}

async function resolve(server: string, hostname: string): Promise<LookupAddress[]> {
  const resolver = new dns.promises.Resolver({ timeout: 300, tries: 2 })
  resolver.setServers([server])
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  // The operating system's resolver puts IPv6 first too (RFC 6724 §6).
  const addresses = [
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
  ]
  if (addresses.length === 0 && four.status === 'rejected') throw four.reason
  return addresses
}

function answer(hostname: string, addresses: LookupAddress[], options: LookupOptions, done: Callback): void {
  const first = addresses[0]
  if (first === undefined) {
    // A CNAME that leads nowhere resolves to an empty list and no error, on which Node's net would crash. So an
    // app that looks up through c-ares has to say something here, and this one says what c-ares says of a name
    // without address.
    done(
      Object.assign(new Error(`queryA ENODATA ${hostname}`), {
        code: 'ENODATA',
        syscall: 'queryA',
        hostname,
      }),
    )
  } else if (options.all === true) done(null, addresses)
  else done(null, first.address, first.family)
}
