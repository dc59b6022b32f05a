import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostName } from '../../../sandbox/machines/shared/host-name.ts'
import { portsFrom } from './ports.ts'

const host = '127.0.0.1'
/** What all of them lead to. */
export const ends = { bulk: 7_000, echo: 7_001, web: 7_002 } as const
const bodies = { small: 200, middle: 64 << 10, large: 1 << 20 } as const

/** Where a peer relays bulk, echo and web, and the process whose CPU is counted. */
export interface Peer {
  readonly ports: { readonly bulk: number; readonly echo: number; readonly web: number }
  readonly pid: number
}

export type Peers = Awaited<ReturnType<typeof startPeers>>

/** Everything that is measured, and what it leads to. Ends with this process. */
export async function startPeers(folder: string) {
  const children: ChildProcess[] = []
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL')
  })
  const start = (command: string, words: readonly string[]) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    return child
  }
  const pid = (child: ChildProcess) => child.pid ?? 0
  writeBodies(folder)
  start('iperf3', ['--server', '--port', String(ends.bulk), '--logfile', join(folder, 'iperf3.log')])
  start(process.execPath, [fileURLToPath(new URL('echo.ts', import.meta.url)), String(ends.echo)])
  start('nginx', ['-c', write(folder, 'web.conf', webServer(folder)), '-e', join(folder, 'web.log')])
  certificate(folder)
  const nginx = start('nginx', [
    '-c',
    write(folder, 'tls.conf', tlsProxy(folder)),
    '-e',
    join(folder, 'tls.log'),
  ])
  const relays = [7_010, 7_020].map((first, index) => {
    const config = haproxy(first, index === 1 ? '  tune.bufsize 262144\n' : '')
    const child = start('haproxy', ['-f', write(folder, `haproxy-${first}.cfg`, config)])
    return { ports: { bulk: first, echo: first + 1, web: first + 2 }, pid: pid(child) }
  })
  const dnsmasq = start('dnsmasq', [
    ...['--keep-in-foreground', '--no-resolv', '--no-hosts', '--bind-interfaces', '--pid-file='],
    ...[`--listen-address=${host}`, '--port=7030', `--address=/${hostName}/${host}`, '--user=root'],
  ])
  const node = async (script: string, first: number, last: string) => {
    const words = [first, ends.bulk, ends.echo, ends.web, last].map(String)
    const child = start(process.execPath, [
      ...['--disable-warning=ExperimentalWarning', '--min-semi-space-size=16', '--v8-pool-size=0'],
      ...[fileURLToPath(new URL(script, import.meta.url)), ...words],
    ])
    await once(child.stdout!, 'data')
    return { ports: portsFrom(first), pid: pid(child) }
  }
  const unobserved = await node('machines.ts', 7_100, 'unobserved')
  const observed = await node('machines.ts', 7_150, 'observed')
  const bare = await node('bare.ts', 7_200, folder)
  for (const port of [ends.echo, ends.web, 7_011, 7_021, 7_040]) await reached(port)
  return {
    direct: { ports: ends, pid: 0 } satisfies Peer,
    haproxy: relays[0]!,
    tuned: relays[1]!,
    unobserved,
    observed,
    /** The least that Node does the same with. */
    bare,
    nginx: { tls: 7_040, pid: childOf(pid(nginx)) },
    dnsmasq: { port: 7_030, pid: pid(dnsmasq) },
  }
}

function write(folder: string, name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function writeBodies(folder: string): void {
  mkdirSync(join(folder, 'www'))
  for (const [name, bytes] of Object.entries(bodies))
    writeFileSync(join(folder, 'www', name), Buffer.alloc(bytes, 'x'))
}

const nginxHead = (folder: string, name: string) => `daemon off; worker_processes 1; user root;
pid ${join(folder, name)}.pid;
events { worker_connections 4096; }
`

const webServer = (folder: string) => `${nginxHead(folder, 'web')}
http {
  access_log off; keepalive_requests 1000000000; sendfile on; open_file_cache max=10;
  server { listen ${host}:${ends.web} reuseport; root ${join(folder, 'www')}; }
}
`

const tlsProxy = (folder: string) => `${nginxHead(folder, 'tls')}
http {
  access_log off; keepalive_requests 1000000000;
  upstream web { server ${host}:${ends.web}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen ${host}:7040 ssl;
    ssl_certificate ${join(folder, 'cert.pem')}; ssl_certificate_key ${join(folder, 'key.pem')};
    ssl_session_tickets off; ssl_session_cache off;
    location / { proxy_pass http://web; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`

function certificate(folder: string): void {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const key = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  spawnSync('openssl', ['req', ...key, ...files, '-subj', `/CN=${hostName}`], { stdio: 'ignore' })
}

const haproxy = (first: number, tuning: string) => `global
  nbthread 1
  maxconn 4000
${tuning}defaults
  mode tcp
  timeout connect 5s
  timeout client 120s
  timeout server 120s
${Object.values(ends)
  .map((end, index) => `listen to-${end}\n  bind ${host}:${first + index}\n  server end ${host}:${end}\n`)
  .join('')}`

/** The worker of an nginx. */
function childOf(pid: number): number {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { stdout } = spawnSync('pgrep', ['--parent', String(pid)], { encoding: 'utf8' })
    const [worker] = stdout.split('\n').map(Number)
    if (worker !== undefined && worker > 0) return worker
    spawnSync('sleep', ['0.05'])
  }
  throw new Error('nginx: expected a worker, saw none')
}

async function reached(port: number): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const socket = connect(port, host)
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return
    if (attempt === 100) throw new Error(`expected a server on port ${port}, saw none`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
