import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { npmRun, root, until } from '../support/command.ts'

// The commands as a person types them: what they print, and how they end.

test('npm run scenario alone says what there is, and what to type', async () => {
  const { code, stdout } = await npmRun(['scenario']).done
  expect(stdout).toMatch(/^02 dns +dns-failure +The API host name does not exist \(NXDOMAIN\)$/m)
  expect(stdout).toContain('npm run scenario dns-failure')
  expect(code).toBe(0)
})

test('--step alone lists that step, and says what to type to run it', async () => {
  const { code, stdout } = await npmRun(['scenario', '--', '--step=reply']).done
  const [head, ...lines] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^STEP +ID +WHAT BREAKS$/)
  expect(lines.splice(-2)).toEqual(['', 'run them     npm run scenario -- --all --step=reply'])
  expect(lines).toContainEqual(expect.stringMatching(/^09 reply +cut-body /))
  expect(lines.every((line) => line.startsWith('09 reply '))).toBe(true)
  expect(code).toBe(0)
})

test('a flag that npm keeps for itself counts all the same', () => {
  const { status, stdout } = spawnSync('npm', ['run', '-s', 'scenario', '--list'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stdout).toMatch(/^STEP +ID +WHAT BREAKS$/m)
  expect(stdout).not.toContain('exit codes')
  expect(status).toBe(0)
})

test('--report=json prints the report and nothing else on standard output', async () => {
  // Several times, so that the report is larger than a pipe takes at once.
  const ids = Array.from({ length: 6 }, () => 'dns-failure')
  const words = [...ids, '--', '--report=json', '--client=fetch', '--world=portable']
  const { code, stdout, stderr } = await npmRun(['scenario', ...words]).done
  const report = JSON.parse(stdout)
  expect(stdout.length).toBeGreaterThan(65_536)
  report.scenarios.splice(1)
  expect(report).toMatchObject({
    exitCode: 0,
    scenarios: [
      {
        id: 'dns-failure',
        outcome: 'pass',
        clients: [{ client: 'fetch', diagnosis: { broke: 'dns', noticed: 'dns' } }],
        versions: {
          node: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          postgres: expect.stringMatching(/^\d+/),
          clients: {
            fetch: { version: report.scenarios[0].versions.node, path: expect.stringMatching(/^\/.*node/) },
          },
        },
      },
    ],
  })
  expect(stderr).toContain('PASS')
  const file = /^ {2}report +(.+)$/m.exec(stderr)?.[1] ?? 'not named'
  expect(JSON.parse(readFileSync(join(root, file), 'utf8'))).toMatchObject({ faultpath: 1 })
  expect(code).toBe(0)
})

test('each client that called says which program it is', async () => {
  const { code, stdout } = await npmRun(['scenario', 'dns-failure', '--', '--report=json']).done
  const [{ clients, versions, world }] = JSON.parse(stdout).scenarios
  const called = clients.flatMap((each: { client: string; skipped?: string }) =>
    each.skipped === undefined ? [each.client] : [],
  )
  expect(Object.keys(versions.clients)).toEqual(called)
  const said = (path: string, ...args: string[]) => spawnSync(path, args, { encoding: 'utf8' }).stdout.trim()
  const { curl, python, requests } = versions.clients
  if (curl !== undefined) expect(said(curl.path, '--version')).toContain(`curl ${curl.version} `)
  if (python !== undefined) expect(said(python.path, '--version')).toBe(`Python ${python.version}`)
  if (requests !== undefined)
    expect(said(requests.path, '-c', 'import requests; print(requests.__version__)')).toBe(requests.version)
  expect(called).toEqual(expect.arrayContaining(world === 'sealed' ? ['fetch', 'curl'] : ['fetch']))
  expect(code).toBe(0)
})

test.each([
  ['--print-expect', '--report=json'],
  ['--table=worlds', '--print-expect'],
])('%s and %s cannot both have standard output', async (...flags) => {
  const { code, stderr, stdout } = await npmRun(['scenario', 'dns-failure', '--', ...flags]).done
  expect(stderr).toMatch(/--print-expect: expected one output on standard output, saw --(report|table) too/)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test.each([
  ['scenario', '--', '--list'],
  ['scenario', '--', '--help'],
  ['sandbox', '--', '--help'],
  ['sandbox', 'break'],
  ['sandbox', 'break', 'network.latency', 'help'],
])('what is listed fits 60 columns, and says the same as on 140: %s %s %s', async (...words) => {
  const at = async (columns: number) => (await npmRun(words, { COLUMNS: String(columns) }).done).stdout
  const [narrow, wide] = [await at(60), await at(140)]
  expect(narrow.split('\n').filter((line) => line.length > 60)).toEqual([])
  expect(narrow.split(/\s+/)).toEqual(wide.split(/\s+/))
  expect(wide.split('\n').length).toBeLessThan(narrow.split('\n').length)
})

test.skipIf(!canSeal)(
  'a world that nobody asked for says why it is this one (skipped without user namespaces)',
  async () => {
    const words = ['scenario', 'dns-failure', '--', '--table=worlds', '--client=fetch']
    const { code, stdout, stderr } = await npmRun(words).done
    expect(stderr).toMatch(/ sealed \(the table is of both\) /)
    expect(stderr).toMatch(/ portable \(the table is of both\) /)
    expect(stderr).not.toContain('asked for')
    expect(stdout).toMatch(/^\| dns-failure \| fetch \| ENOTFOUND getaddrinfo \| ENOTFOUND queryA \|$/m)
    expect(code).toBe(0)
    const shell = npmRun(['sandbox', '--', '--shell'])
    await until('the shell', () => shell.output().includes('In this shell:'))
    process.kill(-shell.pid, 'SIGHUP')
    await shell.done
    expect(shell.output()).toMatch(/ is up and healthy \(sealed: the shell is inside; /)
  },
)

test('two sandboxes at once do not disturb each other, and are told apart', async () => {
  const sandboxes = [npmRun(['sandbox']), npmRun(['sandbox'])]
  try {
    const [one, other] = await Promise.all(
      sandboxes.map((each) =>
        until('a sandbox to be up', () => /sandbox (\S+) is up and healthy/.exec(each.output())?.[1]),
      ),
    )
    const speak = (...words: string[]) => npmRun(['sandbox', ...words]).done
    // Up beside the other, one at least says in each line which one it means; and the line works.
    const named = sandboxes.map((each) => /--sandbox=(\S+)/.exec(each.output())?.[1])
    expect(named.some((address) => address === one || address === other)).toBe(true)
    const line = sandboxes
      .flatMap((each) => each.output().split('\n'))
      .find((each) => /^ {2}npm run sandbox -- status --sandbox=/.test(each))!
    const [, , , ...words] = line
      .trim()
      .replace(/ {2,}.*/, '')
      .split(' ')
    expect(await speak(...words)).toMatchObject({ code: 0, stdout: expect.stringContaining('healthy') })
    expect(await npmRun(['sandbox', 'status'], { FAULTPATH_SANDBOX: other! }).done).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`sandbox ${other} `),
    })
    expect(
      await npmRun(['sandbox', 'status', '--', `--sandbox=${one}`], { FAULTPATH_SANDBOX: other! }).done,
    ).toMatchObject({ code: 0, stdout: expect.stringContaining(`sandbox ${one} `) })
    expect(await npmRun(['sandbox', 'status'], { FAULTPATH_SANDBOX: '127.0.1.254' }).done).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'FAULTPATH_SANDBOX=127.0.1.254: expected a running sandbox there, saw ',
      ),
    })
    const unnamed = await speak('status')
    expect(unnamed).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^npm run sandbox status: expected to be told which sandbox, saw several running: .* \(pid \d+\)\. Say which: npm run sandbox -- status --sandbox=[\d.]+\n$/,
      ),
    })
    const broken = await speak('break', 'dns.nxdomain', 'name=api.example.test', '--', `--sandbox=${one}`)
    expect(broken).toMatchObject({ code: 0, stdout: expect.stringContaining('broken by dns.nxdomain') })
    // What it says to type means this one too.
    expect(await speak('break', 'dns.nxdomain', '--', `--sandbox=${one}`)).toMatchObject({
      code: 2,
      stderr: `sandbox: break dns.nxdomain: expected nothing broken, saw dns.nxdomain armed. Undo it first: npm run sandbox -- heal --sandbox=${one}. Or type the same again, and behind it: --replace\n`,
    })
    expect(await speak('status', '--', `--sandbox=${other}`)).toMatchObject({
      stdout: expect.stringContaining('healthy'),
    })
    const heal = async () => (await speak('heal', '--', `--sandbox=${one}`)).stdout
    expect(await heal()).toMatch(/: healthy, dns\.nxdomain is healed\n {2}nxdomain api\.example\.test\n$/)
    expect(await heal()).toMatch(/: healthy, nothing was broken\n$/)

    const wrong = (...words: string[]) => speak('break', ...words, '--', `--sandbox=${one}`)
    expect(await wrong('dns.nxdomin')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "dns.nxdomain"?'),
    })
    expect(await wrong('dns.nxdomain', 'nam=x', 'when.tims=1')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^sandbox: .* Did you mean "name"\?.*\nsandbox: .* Did you mean "times"\?.*\n$/,
      ),
    })
    expect(await wrong('database.slowQuery', 'sleepMs=-1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('saw -1'),
    })
    expect(await wrong('network.ipv6Broken')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm run scenario ipv6-broken'),
    })
    for (const verb of ['heal', 'status', 'trace']) {
      expect(await speak(verb, 'extra')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`npm run sandbox ${verb}: expected no further word, saw "extra"`),
      })
    }
    expect(await speak('status', '--', '--world=portable')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--world: expected it where a sandbox is started'),
    })
    expect(await speak('heal', '--', '--replace')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--replace: expected it with break, saw it with heal'),
    })
    expect(await speak('--', '--replace')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--replace: expected it with break, saw it where a sandbox is started'),
    })
    expect(await speak('brake')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "break"?'),
    })
  } finally {
    for (const { pid } of sandboxes) process.kill(-pid, 'SIGINT')
    await Promise.all(sandboxes.map(({ done }) => done))
  }
})

test('what nobody in a sandbox can meet is refused before the former fault is healed', async () => {
  const sandbox = npmRun(['sandbox', '--', '--world=portable'])
  try {
    const address = await until(
      'the sandbox to be up',
      () => /sandbox (\S+) is up and healthy/.exec(sandbox.output())?.[1],
    )
    const speak = (...words: string[]) => npmRun(['sandbox', ...words, '--', `--sandbox=${address}`]).done
    expect(await speak('break', 'dns.servfail')).toMatchObject({ code: 0 })
    for (const [fault, why] of [
      ['network.packetLoss', /only in the sealed world.*npm run sandbox -- --world=sealed/],
      ['network.hostUnreachable', /only in the sealed world/],
      ['dns.twoResolversFirstDead', /only in the sealed world/],
      ['request.corsBlocked', /npm run scenario cors-blocked/],
      [
        'request.badUrl',
        /: expected a fault that any program's call can meet, saw a mistake of the app that calls .*: here the calls are your own\. Run its scenario: npm run scenario bad-url$/m,
      ],
      ['tls.resumptionHidesChange', /npm run scenario resumption-hides-change/],
      ['network.halfOpen', /expected an open connection.*npm run scenario half-open/],
      ['network.idleCut', /expected an open connection.*npm run scenario idle-cut$/m],
    ] as const) {
      expect(await speak('break', fault)).toMatchObject({ code: 2, stderr: expect.stringMatching(why) })
    }
    const unmet = await speak('status')
    expect(unmet.stdout).toMatch(/broken by dns\.servfail\n.*\n {2}not fired yet: 0 questions$/m)
    expect(await speak('break', 'dns.nxdomain')).toMatchObject({
      code: 2,
      // Beside a sandbox of another test it says which one it means.
      stderr: expect.stringMatching(
        /^sandbox: break dns\.nxdomain: expected nothing broken, saw dns\.servfail armed\. Undo it first: npm run sandbox (heal|-- heal --sandbox=\S+)\. Or type the same again, and behind it: (-- )?--replace\n$/,
      ),
    })
    expect((await speak('status')).stdout).toContain('broken by dns.servfail')

    const port = Number(/--resolve api\.example\.test:(\d+):/.exec(sandbox.output())?.[1])
    const open = connect(port, address)
    await once(open, 'connect')
    const replace = (...words: string[]) =>
      npmRun(['sandbox', 'break', ...words, '--', `--sandbox=${address}`, '--replace']).done
    const struck = await replace('network.halfOpen')
    expect(struck).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ {2}fired once: 1 connection was forgotten.*\n {2}dns\.servfail is healed, which was armed before$/m,
      ),
    })
    open.destroy()
    // Nobody sees who knocks at a closed port: what is known is that it is closed.
    const closed = await replace('network.connectionRefused')
    expect(closed.stdout).toMatch(/^ {2}holds: a probe of \S+: ECONNREFUSED$/m)

    // A time that has passed is said, of what holds and of what meets events; and what is over is no hindrance.
    const brief = await replace('network.connectionRefused', 'when.forMs=300')
    expect(brief.stdout).toContain('broken by network.connectionRefused')
    const untilSaid = (words: RegExp) =>
      vi.waitFor(async () => expect((await speak('status')).stdout).toMatch(words), { timeout: 10_000 })
    await untilSaid(
      /: healthy again, network\.connectionRefused is over\n.*, for 300 ms\n {2}over, it held: /,
    )
    expect(await speak('break', 'dns.nxdomain', 'when.forMs=1')).toMatchObject({ code: 0 })
    await untilSaid(/: healthy again, dns\.nxdomain is over\n.*\n {2}over, it never fired: 0 questions$/m)
    expect(await speak('break', 'dns.nxdomain', 'when.afterMs=60000', 'when.forMs=1')).toMatchObject({
      code: 0,
    })
    expect((await speak('status')).stdout).toMatch(/: broken by dns\.nxdomain\n/)
    expect((await replace('network.connectionRefused')).code).toBe(0)
  } finally {
    process.kill(-sandbox.pid, 'SIGINT')
    await sandbox.done
  }
  expect((await sandbox.done).stderr).toMatch(
    /^sandbox \S+: healed network\.connectionRefused, everything stopped$/m,
  )
})

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((node) =>
  /^v(\d|1\d|20|21)\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
)

test.skipIf(oldNode === undefined)(
  'an older Node says which one it takes, in one line (skipped where the system has none: apt-get install nodejs)',
  () => {
    const main = join(root, 'sandbox/cli/main.mjs')
    const { status, stderr } = spawnSync(oldNode!, [main, 'scenario'], { encoding: 'utf8' })
    expect(stderr).toMatch(/^Node: expected 22\.18 or newer, saw \d+\.\d+\.\d+\. .*: \S.*\n$/)
    expect(status).toBe(2)
  },
)

test('a shell inside the portable world is refused before anything starts', async () => {
  const { code, stdout, stderr } = await npmRun(['sandbox', '--', '--shell', '--world=portable']).done
  expect(stderr).toMatch(/^npm run sandbox: --shell: expected the sealed world.*Leave out one of the two$/m)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('break <fault> help says which values its parameters take', async () => {
  const { code, stdout } = await npmRun(['sandbox', 'break', 'network.latency', 'delayMs=20', 'help']).done
  expect(stdout.split('\n').slice(0, 7)).toEqual([
    'network.latency   latency 20 ms, both',
    '',
    '  delayMs=20      a whole number of milliseconds from 1 to 3600000',
    '  jitterMs=0      a whole number of milliseconds from 0 to 3600000',
    '  distribution    one of "uniform", "normal"; none where jitterMs is 0',
    '  direction=both  one of "both", "to-server", "to-client"',
    '  seed            a whole number from 0 to 1000000000; none where jitterMs is 0',
  ])
  expect(stdout).toContain('What each means: sandbox/03-network/latency.ts')
  expect(code).toBe(0)
})

test('without a sandbox the verbs say how to start one', async () => {
  const { code, stderr } = await npmRun(['sandbox', 'status', '--', '--sandbox=127.0.1.254']).done
  expect(stderr).toMatch(/Start one: npm run sandbox|expected a running sandbox there/)
  expect(code).toBe(2)
})
