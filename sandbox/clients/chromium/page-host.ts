import type { Server as HttpsServer } from 'node:https'
import type { Ground } from '../../host/ground/ground.ts'
import type { Authority } from '../../machines/tls/authority.ts'

export interface PageHostOptions {
  readonly ground: Ground
  readonly address: string
  readonly authority: Authority
  /** The hosts that it serves pages of. */
  readonly names: readonly string[]
  readonly page: string
}

/**
 * Where a browser gets its app from: a host of its own, which has no part in the call. So no fault of the call
 * ever meets the page.
 */
export class PageHost {
  readonly address: string
  readonly #server: HttpsServer
  /** Sent with every page as its Content-Security-Policy. */
  policy: string | undefined

  static async open({ ground, address, authority, names, page }: PageHostOptions): Promise<PageHost> {
    const [{ createServer }, { certPem, keyPem }] = await Promise.all([
      import('node:https'),
      authority.issue({ leaf: { names } }),
    ])
    const server = createServer({ cert: certPem, key: keyPem })
    const host = new PageHost(address, server, page)
    await ground.listen(server, address, 443)
    return host
  }

  private constructor(address: string, server: HttpsServer, page: string) {
    this.address = address
    this.#server = server
    server.on('request', (_request, response) => {
      const policy = this.policy === undefined ? {} : { 'content-security-policy': this.policy }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...policy }).end(page)
    })
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }
}
