/**
 * Sends a batch to one machine, from where its clients are. Prints how many were sent.
 * usage: node fuzz-sender.ts '{"kind":"dns over UDP","seed":1,"number":0,"count":1000,"where":{"host":"127.0.0.1","port":53}}'
 */
import { createSocket } from 'node:dgram'
import { connect, type NetConnectOpts } from 'node:net'
import { clientHellos, control, dns, framedDns, frames, mutated, requests } from './corpora.ts'
import { type Draw, drawFor } from './part.ts'

interface Batch {
  readonly kind: string
  readonly seed: number
  readonly number: number
  readonly count: number
  readonly where: { readonly host?: string; readonly port?: number; readonly path?: string }
}

const atOnce = 16
/** A sender waits so long for an answer that may never come. */
const patienceMs = 30

const { count, kind, number, seed, where } = JSON.parse(process.argv[2] ?? '') as Batch
const draw = drawFor(seed, number)
const corpora: Readonly<Record<string, () => readonly Buffer[] | Promise<readonly Buffer[]>>> = {
  'DNS over UDP': () => dns,
  'DNS over TCP': () => framedDns,
  HTTP: () => requests,
  TLS: clientHellos,
  'Postgres frames': () => frames,
  'control socket': () => control,
}
const samples = await corpora[kind]!()
// Drawn before anything is sent: what is sent does not depend on what is answered.
const inputs = Array.from({ length: count }, () => ({
  bytes: mutated(draw.among(samples), draw),
  how: leaveOf(draw),
}))

type Leave = 'end' | 'destroy' | 'reset'

function leaveOf(from: Draw): Leave {
  return from.among(['end', 'destroy', 'reset'] as const)
}

async function overUdp(): Promise<void> {
  const socket = createSocket('udp4')
  for (const { bytes } of inputs)
    await new Promise((resolve) => socket.send(bytes.subarray(0, 60_000), where.port, where.host, resolve))
  await new Promise<void>((resolve) => socket.close(resolve))
}

async function overTcp(): Promise<void> {
  const waiting = [...inputs]
  const sender = async () => {
    for (let input = waiting.pop(); input !== undefined; input = waiting.pop())
      await send(input.bytes, input.how)
  }
  await Promise.all(Array.from({ length: atOnce }, sender))
}

function send(bytes: Buffer, how: Leave): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ ...where, noDelay: true } as NetConnectOpts)
    const leave = () => {
      if (how === 'end') socket.end(() => socket.destroySoon())
      else if (how === 'reset' && where.path === undefined) socket.resetAndDestroy()
      else socket.destroy()
    }
    const patience = setTimeout(leave, patienceMs)
    socket.once('connect', () => socket.write(bytes))
    socket.once('data', leave)
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(patience)
      resolve()
    })
  })
}

await (kind === 'DNS over UDP' ? overUdp() : overTcp())
console.log(count)
process.exit()
