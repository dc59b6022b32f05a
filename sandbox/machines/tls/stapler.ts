import { createServer, type Server } from 'node:tls'

/** Node staples only where the connection belongs to a TLS server: this one does nothing else, and never listens. */
export function stapler(staple: () => Buffer): Server {
  const server = createServer()
  server.on('OCSPRequest', (_certificate, _issuer, respond) => respond(null, staple()))
  return server
}
