/**
 * The runner's hand inside the clients' namespaces: it opens sockets there and passes them out, so that every
 * machine behind them stays outside, with the runner. It closes its own copies, or it would accept connections
 * that no machine serves: at once, within the turn of the event loop in which a socket was opened.
 */
import type { SendHandle } from 'node:child_process'
import { flushCompileCache } from 'node:module'
import { isIPv6 } from 'node:net'
import { fileURLToPath } from 'node:url'
import { machineRefusal } from '../../../errors/machine-refusal.ts'
import { PartFailure } from '../../../errors/part-failure.ts'
import { findCommand } from '../../find-command.ts'
import type { FullBacklog, Occupation } from '../../ground/ground.ts'
import type { PacketCounts } from '../../ground/kernel.ts'
import { LoopbackGround, loopbackAddresses } from '../../ground/loopback-ground.ts'
import { listingOf, RulesGone, removalOf } from '../../ground/nft-table.ts'
import { spawnProcess } from '../../spawn.ts'
import type { FromKeeper, ToKeeper } from './messages.ts'
import { packetCounts, watchRules, watchTable } from './packet-watch.ts'
import { repeats } from './proc-net.ts'

// Without the runner, no other process would ever end this one, and with it all others in here.
process.on('disconnect', () => process.exit(0))

const addresses = loopbackAddresses()
const ground = new LoopbackGround(addresses)
const backlogs = new Map<string, FullBacklog>()
const occupations = new Map<string, Occupation>()

process.on('message', (message: ToKeeper) => {
  answer(message).catch((error: NodeJS.ErrnoException) => {
    const refusal = machineRefusal(error)
    const { code } = error
    const { message: text } = refusal ?? error
    const isRefused = refusal !== undefined
    tell({
      kind: 'failed',
      id: message.id,
      message: text,
      isRefused,
      ...(code === undefined ? {} : { code }),
    })
  })
})

async function answer(message: ToKeeper): Promise<void> {
  const { id } = message
  switch (message.kind) {
    case 'nft':
      return tell({ kind: 'done', id, value: await nft(message.input) })
    case 'packets':
      return tell({ kind: 'done', id, value: await packets(message.addresses, message.port) })
    case 'end-left':
      await endLeft(message.addresses, message.port)
      return tell({ kind: 'done', id })
    case 'repeats':
      return tell({ kind: 'done', id, value: repeats() })
    default:
      return await answerSocket(message)
  }
}

async function answerSocket(
  message: Exclude<ToKeeper, { kind: 'nft' | 'packets' | 'end-left' | 'repeats' }>,
): Promise<void> {
  const { id, address, port } = message
  const place = `${address}:${port}`
  switch (message.kind) {
    case 'listen': {
      const { createServer } = await import('node:net')
      if (isIPv6(address)) await haveAddress(address)
      const server = createServer({ pauseOnConnect: true })
      // No client calls before the packets of the call are counted.
      await watching
      await ground.listen(server, address, port)
      tell({ kind: 'done', id }, server, () => server.close())
      return
    }
    case 'bind-udp': {
      const socket = await ground.bindUdp(address, port)
      tell({ kind: 'done', id }, socket, () => socket.close())
      return
    }
    case 'probe':
      return tell({ kind: 'done', id, value: await ground.probe(address, port) })
    case 'fill-backlog': {
      const backlog = hasNft()
        ? await dropSyns(address, port)
        : await ground.fillBacklog(address, port, () => {})
      backlogs.set(place, backlog)
      return tell({ kind: 'done', id, value: backlog.witness })
    }
    case 'unanswered':
      return tell({ kind: 'done', id, value: (await backlogs.get(place)?.unanswered()) ?? 0 })
    case 'release-backlog':
      await backlogs.get(place)?.release()
      backlogs.delete(place)
      return tell({ kind: 'done', id })
    case 'occupy':
      occupations.set(place, await ground.occupy(address, port, message.connections))
      return tell({ kind: 'done', id })
    case 'leave':
      await occupations.get(place)?.release()
      occupations.delete(place)
      return tell({ kind: 'done', id })
    default:
      message satisfies never
  }
}

function tell(message: FromKeeper, handle?: SendHandle, onSent: () => void = () => {}): void {
  process.send?.(message, handle, {}, onSent)
}

/** Unlike those of 127.0.0.0/8, an IPv6 address answers only once the interface was given it. */
async function haveAddress(address: string): Promise<void> {
  if (addresses.check(address, 'ipv6')) return
  await run('sh', [fileURLToPath(new URL('./add-address.sh', import.meta.url)), address])
  addresses.addAddress(address, 'ipv6')
}

/** With the packet filter the SYNs themselves are dropped, and its counter is the proof. */
async function dropSyns(address: string, port: number): Promise<FullBacklog> {
  const table = `inet faultpath_syn_${address.replaceAll(/[.:]/g, '_')}_${port}`
  const rule = `${isIPv6(address) ? 'ip6' : 'ip'} daddr ${address} tcp dport ${port} tcp flags & (syn|ack) == syn counter drop`
  await nft(
    `table ${table} {\n  chain input {\n    type filter hook input priority 0; policy accept;\n    ${rule}\n  }\n}\n`,
  )
  return {
    witness: 'nft counter',
    unanswered: async () => Number(/counter packets (\d+)/.exec(await listingOf(table, nft))?.[1] ?? 0),
    release: async () => {
      await nft(removalOf(table))
    },
  }
}

/** Without nft, or a kernel for it, nothing here loses a packet: a full backlog is seen by its SYN_SENT. */
async function packets(addresses: readonly string[], port: number): Promise<PacketCounts> {
  if (!(await watching)) return { sent: 0, arrived: 0 }
  try {
    return packetCounts(await listingOf(watchTable, nft), addresses, port)
  } catch (error) {
    if (!(error instanceof RulesGone)) throw error
    watching = watch()
    await watching
    return { sent: 0, arrived: 0 }
  }
}

/** Either side's: the client's, and that of the wire. The kernel forgets it and resets the other side. */
async function endLeft(addresses: readonly string[], port: number): Promise<void> {
  if (findCommand('ss') === undefined) return
  const states = ['fin-wait-1', 'fin-wait-2', 'closing', 'last-ack'].flatMap((state) => ['state', state])
  for (const address of addresses) {
    const place = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
    for (const end of ['src', 'dst']) {
      // A kernel may be built without it (CONFIG_INET_DIAG_DESTROY): then they end by themselves, some time.
      await run('ss', ['-HKtn', ...states, end, place]).catch(() => {})
    }
  }
}

function nft(input: string): Promise<string> {
  return run('nft', ['-f', '-'], input)
}

/** Resolves to what the command printed. */
function run(command: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // A command that reads nothing may be gone before an empty input ends, and that would be an error.
    const stdin = input === undefined ? 'ignore' : 'pipe'
    const child = spawnProcess(command, args, { stdio: [stdin, 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(stdout)
      else reject(new PartFailure(`sealed world: ${command} failed: ${stderr.trim() || `exit code ${code}`}`))
    })
    child.stdin?.end(input)
  })
}

function hasNft(): boolean {
  return findCommand('nft') !== undefined
}

/** @returns whether the kernel has what it takes. */
async function watch(): Promise<boolean> {
  if (!hasNft()) return false
  return await nft(removalOf(watchTable) + watchRules).then(
    () => true,
    () => false,
  )
}

let watching = watch()
// It is killed in the end, and would not write what it compiled.
flushCompileCache()
