import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nowMs } from '../../../sandbox/host/clock.ts'
import { hostName } from '../../../sandbox/machines/shared/host-name.ts'

const host = '127.0.0.1'
const run = promisify(execFile)
const secondsEach = 2
/** What the server of iperf3 needs before it takes another test. */
const serverRestMs = 200

/** The end of a connection that has been measured: a RST where something is still under way. */
const ignored = () => {}

/** Nanoseconds that the threads of a process have run so far. */
function cpuNs(pid: number): number {
  if (pid === 0) return 0
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, each) => sum + each, 0)
}

async function counted<Result>(pid: number, work: () => Promise<Result>): Promise<[Result, number]> {
  const before = cpuNs(pid)
  const result = await work()
  return [result, cpuNs(pid) - before]
}

export function rssKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

const iperf = (port: number, streams: number, seconds: number) => [
  ...['--client', host, '--port', String(port), '--parallel', String(streams)],
  ...['--time', String(seconds), '--json'],
]

/** Bytes from a client to a server. */
export async function bulk(port: number, pid: number, streams: number) {
  const [{ stdout }, ns] = await counted(pid, () => run('iperf3', iperf(port, streams, 2)))
  await new Promise((resolve) => setTimeout(resolve, serverRestMs))
  const { bytes, bits_per_second: bits } = JSON.parse(stdout).end.sum_received
  return { megabytesPerSecond: bits / 8e6, cpuSecondsPerGigabyte: ns / bytes }
}

/** 64 bytes to a server that sends them back, one after the other. */
export async function roundTrips(port: number, seconds = 1): Promise<number[]> {
  const socket = connect({ host, port, noDelay: true })
  const times: number[] = []
  await new Promise<void>((resolve, reject) => {
    const untilMs = nowMs() + seconds * 1_000
    const message = Buffer.alloc(64, 'x')
    let sentMs = 0
    let awaited = 0
    const send = () => {
      awaited = message.length
      sentMs = nowMs()
      socket.write(message)
    }
    socket.once('error', reject)
    socket.once('connect', send)
    socket.on('data', (chunk) => {
      awaited -= chunk.length
      if (awaited > 0) return
      times.push((nowMs() - sentMs) * 1_000)
      if (nowMs() < untilMs) send()
      else resolve()
    })
  })
  socket.destroy()
  return times
}

/** The same, while a stream of bulk passes the same process. */
export async function roundTripsBesideBulk(ports: { readonly bulk: number; readonly echo: number }) {
  const beside: ChildProcess = spawn('iperf3', iperf(ports.bulk, 1, 3), { stdio: 'ignore' })
  const ended = new Promise((resolve) => beside.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const times = await roundTrips(ports.echo, secondsEach)
  await ended
  await new Promise((resolve) => setTimeout(resolve, serverRestMs))
  return times
}

export async function requests(url: string, pid: number, headers: readonly string[] = []) {
  const words = [
    '-c',
    '32',
    '-t',
    '1',
    '-d',
    `${secondsEach}s`,
    ...headers.flatMap((each) => ['-H', each]),
    url,
  ]
  const [{ stdout }, ns] = await counted(pid, () => run('wrk', words))
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${url}: ${stdout}`)
  const count = Number(/(\d+) requests in/.exec(stdout)?.[1])
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    cpuMicroseconds: ns / 1_000 / count,
  }
}

export async function handshakes(port: number): Promise<number> {
  const { stdout } = await run('openssl', ['s_time', '-connect', `${host}:${port}`, '-new', '-time', '2'])
  const [, count, seconds] = /(\d+) connections in (\d+) real seconds/.exec(stdout) ?? []
  return Number(count) / Number(seconds)
}

export async function questions(port: number, pid: number, folder: string) {
  const file = join(folder, 'questions')
  writeFileSync(file, `${hostName} A\n`)
  const words = [
    '-s',
    host,
    '-p',
    String(port),
    '-d',
    file,
    '-l',
    String(Math.ceil(secondsEach)),
    '-c',
    '4',
    '-Q',
    '9999999',
  ]
  const [{ stdout }, ns] = await counted(pid, () => run('dnsperf', words))
  const count = Number(/Queries completed:\s+(\d+)/.exec(stdout)?.[1])
  return {
    perSecond: Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1]),
    cpuMicroseconds: ns / 1_000 / count,
  }
}

/** Megabytes a second that come back through a throttled wire, from the first to the last that came. */
export async function rate(port: number): Promise<number> {
  const socket = connect({ host, port, noDelay: true })
  const offered = Buffer.alloc(1 << 20)
  let bytes = 0
  let firstMs = 0
  let lastMs = 0
  socket.on('data', (chunk) => {
    lastMs = nowMs()
    // What came first had waited for nothing.
    if (firstMs === 0) firstMs = lastMs
    else bytes += chunk.length
  })
  const offer = () => {
    while (socket.writable && socket.write(offered));
  }
  socket.once('connect', offer).on('drain', offer).on('error', ignored)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  socket.destroy()
  return bytes / 1_000 / (lastMs - firstMs)
}

/** How much later than 10 ms a timer of Node fires: what a relay is off by that sets one for each chunk. */
export async function timerErrorsMs(count: number): Promise<number[]> {
  const errors: number[] = []
  for (let index = 0; index < count; index += 1) {
    const startMs = nowMs()
    await new Promise((resolve) => setTimeout(resolve, 10))
    errors.push(nowMs() - startMs - 10)
  }
  return errors
}

async function open(port: number, count: number): Promise<Socket[]> {
  return await Promise.all(
    Array.from({ length: count }, () => {
      const socket = connect({ host, port })
      return new Promise<Socket>((resolve, reject) => {
        socket.once('connect', () => resolve(socket.on('error', ignored)))
        socket.once('error', reject)
      })
    }),
  )
}

async function settledKb(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return rssKb(pid)
}

/** Kilobytes that one more connection takes: idle, and with a client that sends much and reads nothing. */
export async function connectionKb(port: number, pid: number): Promise<{ idle: number; unread: number }> {
  const before = await settledKb(pid)
  const idle = await open(port, 500)
  const withIdle = await settledKb(pid)
  for (const socket of idle) socket.destroy()
  const between = await settledKb(pid)
  const unread = await open(port, 50)
  for (const socket of unread) {
    socket.pause()
    socket.write(Buffer.alloc(20_000_000))
  }
  const withUnread = await settledKb(pid)
  for (const socket of unread) socket.destroy()
  return { idle: (withIdle - before) / idle.length, unread: (withUnread - between) / unread.length }
}
