/**
 * What passing through the sandbox costs, beside what others take for it: in one run, interleaved, in an order drawn
 * anew for each round, in a network namespace of its own. A benchmark, not a test.
 *
 *   npm run bench:path                  5 rounds
 *   npm run bench:path -- --rounds=1
 *
 * Needs Linux with user namespaces, and of Debian: haproxy nginx dnsmasq-base iperf3 wrk dnsperf openssl procps iproute2
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededDraw } from '../../../sandbox/machines/shared/when.ts'
import {
  bulk,
  connectionKb,
  handshakes,
  questions,
  rate,
  requests,
  roundTrips,
  roundTripsBesideBulk,
  rssKb,
  timerErrorsMs,
} from './measures.ts'
import { type Peers, startPeers } from './peers.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
})

/** Numbers by row and by whom they were measured of, one for each round. */
const table = new Map<string, Map<string, number[]>>()

function note(row: string, whom: string, value: number): void {
  const columns = table.get(row) ?? new Map<string, number[]>()
  table.set(row, columns.set(whom, [...(columns.get(whom) ?? []), value]))
}

type Measure = () => Promise<void>

function relayMeasures(peers: Peers): Measure[] {
  return (['direct', 'haproxy', 'tuned', 'bare', 'unobserved', 'observed'] as const).flatMap((whom) => {
    const { pid, ports } = peers[whom]
    return [
      ...[1, 8].map((streams) => async () => {
        const { megabytesPerSecond, cpuSecondsPerGigabyte } = await bulk(ports.bulk, pid, streams)
        note(`bulk, ${streams} × MB/s`, whom, megabytesPerSecond)
        if (pid > 0) note(`bulk, ${streams} ×, CPU s/GB`, whom, cpuSecondsPerGigabyte)
      }),
      async () => {
        const times = await roundTrips(ports.echo)
        note('round trip p50, µs', whom, quantile(times, 0.5))
        note('round trip p99, µs', whom, quantile(times, 0.99))
      },
      async () =>
        note('round trip p99 beside bulk, µs', whom, quantile(await roundTripsBesideBulk(ports), 0.99)),
      async () => {
        const { cpuMicroseconds, perSecond } = await requests(`http://127.0.0.1:${ports.web}/small`, pid, [
          'Connection: close',
        ])
        note('connections/s', whom, perSecond)
        if (pid > 0) note('connections, CPU µs/connection', whom, cpuMicroseconds)
      },
    ]
  })
}

function webMeasures(peers: Peers): Measure[] {
  const ways = (['unobserved', 'observed'] as const).flatMap((how) => [
    { whom: `gateway, ${how}`, url: `http://127.0.0.1:${peers[how].ports.inner}`, pid: peers[how].pid },
    { whom: `chain, ${how}`, url: `https://127.0.0.1:${peers[how].ports.chain}`, pid: peers[how].pid },
  ])
  const nginx = { whom: 'nginx', url: `https://127.0.0.1:${peers.nginx.tls}`, pid: peers.nginx.pid }
  const bare = { whom: 'bare', url: `https://127.0.0.1:${peers.bare.ports.chain}`, pid: peers.bare.pid }
  return [nginx, bare, ...ways].flatMap(({ whom, url, pid }) =>
    [
      ['small', '0.2 KB'],
      ['middle', '64 KB'],
      ['large', '1 024 KB'],
    ].map(([path, size]) => async () => {
      const { cpuMicroseconds, perSecond } = await requests(`${url}/${path}`, pid)
      note(`${size}, requests/s`, whom, perSecond)
      note(`${size}, CPU µs/request`, whom, cpuMicroseconds)
    }),
  )
}

function otherMeasures(peers: Peers, folder: string): Measure[] {
  const { bare, dnsmasq, nginx, observed, unobserved } = peers
  return [
    ...[
      { whom: 'nginx', port: nginx.tls },
      { whom: 'bare', port: bare.ports.chain },
      { whom: 'edge', port: unobserved.ports.tls },
    ].map(
      ({ whom, port }) =>
        async () =>
          note('TLS handshakes/s', whom, await handshakes(port)),
    ),
    ...[
      { whom: 'dnsmasq', port: dnsmasq.port, pid: dnsmasq.pid },
      { whom: 'bare', port: bare.ports.dns, pid: bare.pid },
      { whom: 'unobserved', port: unobserved.ports.dns, pid: unobserved.pid },
      { whom: 'observed', port: observed.ports.dns, pid: observed.pid },
    ].map(({ whom, port, pid }) => async () => {
      const { cpuMicroseconds, perSecond } = await questions(port, pid, folder)
      note('DNS questions/s', whom, perSecond)
      note('DNS, CPU µs/question', whom, cpuMicroseconds)
    }),
    async () => {
      const base = quantile(await roundTrips(unobserved.ports.echo, 0.5), 0.5) / 1_000
      const { delay10, delay100 } = unobserved.ports
      for (const [delayMs, port] of [
        [10, delay10],
        [100, delay100],
      ] as const) {
        const errors = (await roundTrips(port, 2)).map((each) => each / 1_000 - delayMs)
        note(`latency of ${delayMs} ms, least error, ms`, 'unobserved', Math.min(...errors))
        note(
          `latency of ${delayMs} ms, error beyond a round trip, ms`,
          'unobserved',
          quantile(errors, 0.5) - base,
        )
      }
      note('a timer of 10 ms for each chunk, error, ms', 'node', quantile(await timerErrorsMs(100), 0.5))
    },
    async () => {
      for (const [index, megabytes] of [1, 5, 50].entries())
        note(
          `bandwidth of ${megabytes} MB/s, seen`,
          'unobserved',
          await rate(unobserved.ports.throttled[index]!),
        )
    },
  ]
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** The peer that a row is held against, and the rest of its columns as shares of it, round by round. */
const references = ['tuned', 'haproxy', 'nginx', 'dnsmasq']

function lines(): string[] {
  const rows = [...table].toSorted(([one], [other]) => one.localeCompare(other))
  return rows.map(([row, columns]) => {
    const cells = [...columns].map(([whom, numbers]) => `${whom} ${figure(quantile(numbers, 0.5))}`)
    const ratios = references.flatMap((reference) => {
      const theirs = columns.get(reference)
      return [...columns].flatMap(([whom, numbers]) => {
        if (theirs === undefined || references.includes(whom) || whom === 'direct') return []
        const each = numbers.map((number, round) => number / theirs[round]!)
        const spread = `${figure(Math.min(...each))}-${figure(Math.max(...each))}`
        return [`${whom} ${figure(quantile(each, 0.5))} × ${reference} (${spread})`]
      })
    })
    return `| ${row} | ${cells.join('<br>')} | ${ratios.join('<br>')} |`
  })
}

const figure = (number: number) =>
  Math.abs(number) >= 100 ? number.toFixed(0) : number.toFixed(Math.abs(number) >= 10 ? 1 : 2)

function shuffled<Item>(items: readonly Item[], draw: () => number): Item[] {
  return items
    .map((item) => ({ item, at: draw() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}

function kernel(name: string): string {
  return spawnSync('sysctl', ['-n', name], { encoding: 'utf8' }).stdout.trim().replaceAll('\t', ' ')
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faultpath-bench-'))
  try {
    // Loopback loses nothing: what a congestion control does against loss is no part of what is measured.
    spawnSync('ip', ['link', 'set', 'lo', 'up'])
    spawnSync('sysctl', ['-qw', 'net.ipv4.tcp_congestion_control=reno'])
    const peers = await startPeers(folder)
    for (const how of ['unobserved', 'observed'] as const)
      note('memory, idle, MB', how, rssKb(peers[how].pid) / 1_000)
    const { idle, unread } = await connectionKb(peers.unobserved.ports.echo, peers.unobserved.pid)
    note('memory of a connection, idle, KB', 'unobserved', idle)
    note('memory of a connection, receiver does not read, KB', 'unobserved', unread)
    const all = [...relayMeasures(peers), ...webMeasures(peers), ...otherMeasures(peers, folder)]
    const draw = seededDraw(Number(values.seed))
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const each of shuffled(all, draw)) await each()
      process.stderr.write(`round ${round} of ${values.rounds}\n`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const settings = ['net.ipv4.tcp_congestion_control', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']
  process.stdout.write(
    `${values.rounds} rounds, seed ${values.seed}. Node ${process.version}, Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model}; ${settings.map((name) => `${name} ${kernel(name)}`).join(', ')}.\n\n`,
  )
  process.stdout.write(
    '| what | median | ratios, round by round: median (least-most) |\n| --- | --- | --- |\n',
  )
  process.stdout.write(`${lines().join('\n')}\n`)
}

const isInside = process.env['FAULTPATH_BENCH_INSIDE'] === '1'
if (isInside) {
  await measure()
  process.exit(0)
}
const words = [...(process.getuid?.() === 0 ? [] : ['-Ur']), '-n', process.execPath, ...process.argv.slice(1)]
const { status } = spawnSync('unshare', words, {
  env: { ...process.env, FAULTPATH_BENCH_INSIDE: '1' },
  stdio: 'inherit',
})
process.exit(status ?? 1)
