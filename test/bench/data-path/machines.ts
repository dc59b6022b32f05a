/**
 * The machines of a front door, each on a port of its own, in one process as in a sandbox. Started by data-path.ts.
 *
 *   machines.ts <first port> <byte server> <echo server> <web server> <observed|unobserved>
 */
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import { DnsServer } from '../../../sandbox/machines/dns/dns-server.ts'
import { Gateway } from '../../../sandbox/machines/gateway/gateway.ts'
import { hostName } from '../../../sandbox/machines/shared/host-name.ts'
import type { Observation } from '../../../sandbox/machines/shared/trace.ts'
import { Authority } from '../../../sandbox/machines/tls/authority.ts'
import { TlsEdge } from '../../../sandbox/machines/tls/tls-edge.ts'
import { Wire } from '../../../sandbox/machines/wire/wire.ts'
import type { WireVerdict } from '../../../sandbox/machines/wire/wire-points.ts'
import { portsFrom } from './ports.ts'

const [first, bytes, echo, web, how] = process.argv.slice(2)
const ports = portsFrom(Number(first))
const host = '127.0.0.1'
const ground = new LoopbackGround()
const isObserved = how === 'observed'
const seen: Observation[] = []
const common = {
  ground,
  address: host,
  isCompared: isObserved,
  observe: (observation: Observation) => {
    if (!isObserved) return
    seen.push(observation)
    if (seen.length > 1_000) seen.length = 0
  },
  onBug: (error: Error) => process.stderr.write(`${error.stack}\n`),
}
const to = (port: string | number | undefined) => () => ({ host, port: Number(port) })
const wire = (port: number, upstream: string | number | undefined) =>
  Wire.open({ ...common, name: 'front', port, upstream: to(upstream) })

await wire(ports.bulk, bytes)
await wire(ports.echo, echo)
await wire(ports.web, web)
const gateway = await Gateway.open({ ...common, port: ports.gateway, door: 'bench-1', upstream: to(web) })
const { replies: tap } = gateway
await Wire.open({ ...common, name: 'inner', port: ports.inner, upstream: to(ports.gateway), tap })
const authority = new Authority(hostName)
await TlsEdge.open({ ...common, port: ports.tls, authority, upstream: to(ports.inner) })
await wire(ports.chain, ports.tls)
await DnsServer.open({ ...common, port: ports.dns, zone: { [hostName]: { A: [host] } } })

const faulty = async (port: number, upstream: string | undefined, verdict: WireVerdict) => {
  const broken = await wire(port, upstream)
  await broken.arm({ rules: [{ match: {}, verdict }] })
}
await faulty(ports.delay10, echo, { kind: 'delay', delayMs: 10, from: 'client' })
await faulty(ports.delay100, echo, { kind: 'delay', delayMs: 100, from: 'client' })
for (const [index, megabytes] of [1, 5, 50].entries())
  await faulty(ports.throttled[index]!, echo, { kind: 'throttle', bytesPerSecond: megabytes * 1e6 })

process.stdout.write('up\n')
