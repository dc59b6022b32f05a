/**
 * As little as Node itself can do the same with: what a relay, a reverse proxy behind TLS, and a DNS server cost that
 * do nothing else. Started by peers.ts.
 *
 *   bare.ts <first port> <byte server> <echo server> <web server> <folder with cert.pem and key.pem>
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { portsFrom } from './ports.ts'

const [first, bytes, echo, web, folder] = process.argv.slice(2)
const ports = portsFrom(Number(first))
const host = '127.0.0.1'

for (const [port, upstream] of [
  [ports.bulk, bytes],
  [ports.echo, echo],
  [ports.web, web],
] as const) {
  createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ host, port: Number(upstream), allowHalfOpen: true, noDelay: true })
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    client.pipe(server).pipe(client)
  }).listen(port, host)
}

const agent = new Agent({ keepAlive: true })
const relay = (question: IncomingMessage, reply: ServerResponse) => {
  const { headers, method, url } = question
  const onward = request({ agent, host, port: Number(web), method, path: url, headers }, (answer) => {
    reply.writeHead(answer.statusCode ?? 500, answer.rawHeaders)
    answer.pipe(reply)
  })
  onward.on('error', () => reply.destroy())
  question.pipe(onward)
}
const pem = (name: string) => readFileSync(join(folder!, name))
createTlsServer({ cert: pem('cert.pem'), key: pem('key.pem'), keepAliveTimeout: 60_000 }, relay).listen(
  ports.chain,
  host,
)

const dns = createSocket('udp4', (question, { address, port }) => {
  // The question with the bit of an answer (RFC 1035 §4.1.1): no name is looked up.
  question[2]! |= 0x80
  dns.send(question, port, address)
})
dns.bind(ports.dns, host, () => process.stdout.write('up\n'))
