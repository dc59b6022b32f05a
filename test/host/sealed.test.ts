import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ownerLives } from '../../sandbox/host/lifetime/run-directory.ts'
import { liveRuns } from '../../sandbox/host/lifetime/sweep.ts'
import { canSeal } from '../support/can-seal.ts'
import { commandLine, descendants, npmRun, processesOf, root, until } from '../support/command.ts'

// The sealed world is a host of its own for the clients, and no part of the real one: the system's resolver and
// the real ports inside, nothing changed outside.

const hasNft = spawnSync('nft', ['--version']).status === 0

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'faultpath-sealed-'))
  chmodSync(scratch, 0o777)
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** A folder where any user may write. */
function ownFolder(): string {
  const folder = mkdtempSync(join(scratch, 'cwd-'))
  chmodSync(folder, 0o777)
  return folder
}

/** Runs a command to its end. */
function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd = ownFolder(),
): Promise<Ended> {
  const child = spawn(command, args, {
    // Of its own: what root leaves in a folder, no other user can overwrite.
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

const main = join(root, 'sandbox/cli/main.mjs')
const scenario = (...words: string[]) => [main, 'scenario', ...words]

/** What of the host the sandbox could have touched. */
function hostState() {
  const listening = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter((row) => row[3] === '0A')
    .map((row) => row[1] ?? '')
  return {
    resolvConf: existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '',
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    rules: hasNft ? spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' }).stdout : '',
    listening,
  }
}

/** As /proc/net/tcp writes it: in host byte order. */
function kernelAddress(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))
  return octets.reverse().join('').toUpperCase()
}

/** `0100007F:0035` is 127.0.0.1:53. */
function portOf(row: string): number {
  return Number.parseInt(row.split(':')[1] ?? '', 16)
}

/** As it was said, wherever the lines end. */
const unwrapped = (output: string) => output.replaceAll(/\s+/g, ' ')

const unansweredSyns = (witness: string) =>
  new RegExp(`[1-9] SYNs? w\\w+ not answered \\(kernel: ${witness}\\)`, 'g')

describe.skipIf(!canSeal)(
  'in the sealed world (skipped without user namespaces: sysctl user.max_user_namespaces)',
  () => {
    test('scenarios keep their promises', async () => {
      const ids = ['dns-failure', 'servfail', 'expired-cert']
      const { code, output } = await run(process.execPath, scenario(...ids, '--world=sealed'))
      expect(output.match(/ PASS /g), output).toHaveLength(ids.length)
      expect(output).toContain('getaddrinfo ENOTFOUND api.example.test')
      expect(code, output).toBe(0)
    })

    test('dropped packets need no nft, over IPv4 or IPv6: without it a full accept queue drops them', async () => {
      const tools = join(scratch, 'bin')
      mkdirSync(tools)
      for (const folder of ['/usr/sbin', '/sbin', '/usr/bin', '/bin']) {
        for (const name of readdirSync(folder)) {
          // Without ip too: then perl sets the interface up.
          if (name !== 'nft' && name !== 'ip' && !existsSync(join(tools, name)))
            symlinkSync(join(folder, name), join(tools, name))
        }
      }
      const { code, output } = await run(
        process.execPath,
        scenario('dropped-packets', 'ipv6-broken', 'packet-loss', '--client=fetch', '--world=sealed'),
        {
          PATH: tools,
        },
      )
      expect(unwrapped(output).match(unansweredSyns('SYN_SENT')), output).toHaveLength(2)
      expect(unwrapped(output)).toContain(
        'this fault needs nft, which is not installed: apt-get install nftables',
      )
      expect(code, output).toBe(0)
    })

    test.skipIf(!hasNft)(
      'packets are lost for real, and the call succeeds (skipped without nft: apt-get install nftables)',
      async () => {
        const { code, output } = await run(
          process.execPath,
          scenario('packet-loss', 'dropped-packets', '--client=fetch'),
        )
        const [, turned, missing] =
          /(\d+) packets? w\w+ turned away, (\d+) of \d+ sent did not arrive \(nft\)/.exec(
            unwrapped(output),
          ) ?? []
        expect(Number(turned)).toBeGreaterThan(0)
        expect(missing).toBe(turned)
        expect(unwrapped(output)).toMatch(unansweredSyns('nft counter'))
        expect(code, output).toBe(0)
      },
    )

    test('when its keeper dies, whatever it was asked says so, and the exit code is 3', async () => {
      const keeperBelow = (pid: number) => () =>
        descendants(pid).find((each) => {
          const [command, ...words] = commandLine(each)
          return command === process.execPath && words.some((word) => word.endsWith('/sealed/keeper.ts'))
        })
      const scenario = npmRun(['scenario', 'dns-failure'])
      process.kill(await until('the keeper', keeperBelow(scenario.pid)), 'SIGKILL')
      const early = await scenario.done
      expect(early.stdout).toMatch(/sealed world: its keeper ended \((killed|SIGKILL)\)/)
      expect(early.code).toBe(3)

      const sandbox = npmRun(['sandbox'])
      await until('the sandbox to be up', () => sandbox.output().includes('is up and healthy'))
      process.kill(await until('the keeper', keeperBelow(sandbox.pid)), 'SIGKILL')
      const late = await sandbox.done
      expect(late.stderr).toMatch(/the sealed world: died \((killed|SIGKILL)\)/)
      expect(late.code).toBe(3)
    })

    test('the host is the same before, during and after, also after kill -9', async () => {
      const before = hostState()
      for (const end of ['SIGINT', 'SIGKILL'] as const) {
        const sandbox = npmRun(['sandbox'])
        const address = await until(
          'the sandbox to be up',
          () => /sandbox (\S+) is up and healthy/.exec(sandbox.output())?.[1],
        )
        expect(sandbox.output()).toContain('sealed')
        const during = hostState()
        expect({ ...during, listening: [] }).toEqual({ ...before, listening: [] })
        // Other sandboxes may come and go meanwhile, on other addresses.
        const opened = during.listening.filter((row) => row.startsWith(`${kernelAddress(address)}:`))
        const others = during.listening.filter((row) => [53, 80, 443, 5432].includes(portOf(row)))
        expect(before.listening).toEqual(expect.arrayContaining(others))
        expect(opened.length).toBeGreaterThan(0)
        // Loopback only (the address is in host byte order, so 127 is its last byte), and none of the real ports.
        for (const row of opened) expect(row).toMatch(/^[0-9A-F]{6}7F:/)
        expect(opened.map(portOf)).not.toEqual(
          expect.arrayContaining([expect.toBeOneOf([53, 80, 443, 5432])]),
        )
        const folder = liveRuns().find((each) =>
          descendants(sandbox.pid).includes(Number(basename(each).split('-')[0])),
        )!
        process.kill(Number(basename(folder).split('-')[0]), end)
        await sandbox.done
        await until(
          'its processes to end',
          () => !ownerLives(basename(folder)) && processesOf(basename(folder)).length === 0,
        )
        const after = hostState()
        expect({ ...after, listening: [] }).toEqual({ ...before, listening: [] })
        expect(after.listening.filter((row) => opened.includes(row))).toEqual([])
      }
    })

    test('a command runs inside, where plain tools just work, and its exit code comes back', async () => {
      const sandbox = npmRun(['sandbox'])
      const address = await until(
        'the sandbox to be up',
        () => /sandbox (\S+) is up and healthy/.exec(sandbox.output())?.[1],
      )
      const cwd = ownFolder()
      const exec = ['--prefix', root, 'run', '-s', 'sandbox', 'exec', '--', `--sandbox=${address}`]
      const inside = (...words: string[]) => run('npm', [...exec, ...words], {}, cwd)
      try {
        expect(await inside('sh', '-c', 'exit 7')).toMatchObject({ code: 7 })
        // By it the verbs know, in here, which sandbox is meant.
        const which = await inside('printenv', 'FAULTPATH_SANDBOX')
        expect(which.output.split('\n')).toContain(address)
        const fetched = await inside(
          'node',
          '-e',
          "fetch('https://api.example.test/users').then((r) => console.log(r.status))",
        )
        expect(fetched).toMatchObject({ code: 0, output: expect.stringContaining('200') })
        const curled = await inside('curl', '-sS', 'https://api.example.test/users')
        expect(curled).toMatchObject({ code: 0, output: expect.stringContaining('Ada Lovelace') })
        expect(await inside('curl', '-sS', 'http://api.example.test/users')).toMatchObject({ code: 0 })
        const away = await inside('curl', '-sS', '--max-time', '2', 'http://192.0.2.1/')
        expect(away.code).toBe(7)
        const broke = await npmRun(['sandbox', 'break', 'dns.nxdomain', '--', `--sandbox=${address}`]).done
        expect(broke).toMatchObject({ code: 0, stdout: expect.stringContaining('broken by dns.nxdomain') })
        expect(await inside('curl', '-sS', 'https://api.example.test/users')).toMatchObject({ code: 6 })
        const healed = await npmRun(['sandbox', 'heal', '--', `--sandbox=${address}`]).done
        expect(healed).toMatchObject({ code: 0, stdout: expect.stringContaining('healthy') })
        expect(await inside('curl', '-sS', 'https://api.example.test/users')).toMatchObject({ code: 0 })
      } finally {
        process.kill(-sandbox.pid, 'SIGINT')
        await sandbox.done
      }
    })
  },
)

describe.skipIf(!canSeal)('where namespaces are refused (made so inside one of our own)', () => {
  // Not as root in there, or Postgres would need a namespace of its own.
  const refused = (words: readonly string[]) =>
    run(
      'unshare',
      [
        ...['--user', '--map-user=65534', '--map-group=65534', '--keep-caps', 'sh', '-c'],
        'echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" "$@"',
        process.execPath,
        ...words,
      ],
      { FAULTPATH_CACHE: join(scratch, 'cache-refused'), HOME: scratch, TMPDIR: scratch },
    )

  test('a run falls back to the portable world, says why, and keeps its portable promises', async () => {
    const { code, output } = await refused(scenario('dns-failure'))
    expect(output).toMatch(/portable .*\(no sealed world: .*unshare/)
    expect(output).toContain('queryA ENOTFOUND api.example.test')
    expect(output).toContain('skipped: only in the sealed world')
    expect(code, output).toBe(0)
  })

  test('what only the sealed world can do is skipped, with the reason', async () => {
    const { code, output } = await refused(scenario('packet-loss'))
    expect(output).toContain('this fault acts only in the sealed world')
    expect(code).toBe(5)
  })

  test('--world=sealed does not fall back', async () => {
    const { code, output } = await refused(scenario('dns-failure', '--world=sealed'))
    expect(output).toContain('sealed world: cannot be entered')
    expect(code).toBe(3)
  })
})
