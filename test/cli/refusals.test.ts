import { expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { behind, directCommand } from '../support/direct-command.ts'
import { expectRefused, fileWith } from '../support/scenario-with.ts'

// What the machine refuses ends a command with 3 and one line, and what a scenario file does to the process with 2 and its
// place. 70 is left to bugs of ours, and 0 to what was reported.

const onLinux = process.platform === 'linux'
const run = ['scenario', 'dns-failure', '--client=fetch', '--world=portable']
const list = ['scenario', '--list']

test.skipIf(!onLinux).each([
  ['ulimit -n 64', 'ulimit -n: expected a limit of 256 open files at least, saw 64. Raise it: ulimit -n 256'],
  [
    'ulimit -v 2000000',
    'ulimit -v: expected a limit of 2048 MiB of addresses at least, saw 1953. Raise it: ulimit -v unlimited',
  ],
])(
  '%s: the limit is named before anything starts, and where nothing is to start it does no harm',
  (line, said) => {
    expect(directCommand(run, {}, behind(line))).toEqual({ code: 3, stderr: `${said}\n`, stdout: '' })
    expect(directCommand(list, {}, behind(line))).toMatchObject({ code: 0, stderr: '' })
  },
)

test.skipIf(!onLinux)('each lane has to have room', () => {
  const { code, stderr } = directCommand([...run, '--jobs=3'], {}, behind('ulimit -n 700'))
  expect(stderr).toBe(
    'ulimit -n: expected a limit of 768 open files at least, saw 700. Raise it: ulimit -n 768\n',
  )
  expect(code).toBe(3)
})

test.skipIf(!onLinux)(
  'what cannot be written is no success, and a reader that goes away is no failure',
  () => {
    const said =
      'standard output: expected room for all that is written, saw ENOSPC. Make room there, and run it again\n'
    for (const words of [list, run]) {
      expect(directCommand(words, {}, behind('exec >/dev/full'))).toEqual({
        code: 3,
        stderr: said,
        stdout: '',
      })
      const read = directCommand(words, {}, ['sh', '-c', '{ "$@"; echo "ended with $?" >&2; } | true', 'sh'])
      expect(read.stderr).toBe('ended with 0\n')
    }
  },
)

test.skipIf(!canSeal)('no free address: 3 (skipped without user namespaces)', () => {
  const takeAll = `
    const { createServer } = require('node:net')
    const hosts = Array.from({ length: 254 }, (_, index) => '127.0.1.' + (index + 1))
    const taken = hosts.map((host) => new Promise((resolve) => createServer().listen({ host, port: 4999 }, resolve)))
    Promise.all(taken).then(() => {
      const [, program, ...words] = process.argv
      process.exit(require('node:child_process').spawnSync(program, words, { stdio: 'inherit' }).status)
    })`
  const net = [
    'unshare',
    '--user',
    '--map-root-user',
    '--net',
    'sh',
    '-c',
    'ip link set lo up; exec "$@"',
    'sh',
  ]
  // What it starts is to find no address taken but by this.
  const { code, stderr } = directCommand(run, {}, [...net, process.execPath, '-e', takeAll])
  expect(stderr).toBe(
    'address lease: expected port 4999 to be free on one of 127.0.1.1 to 127.0.1.254, saw it taken on all. Find who listens there with: ss -ltnp sport = :4999\n',
  )
  expect(code).toBe(3)
})

test('a file that ends the process, or changes it for all, is told with its place: none of them ends with 0', () => {
  const leaves = 'expected a file that leaves the end of the process to the runner, saw'
  const statements = [
    ['exits', 'process.exit(0)', `2:9: ${leaves} process.exit(0)`],
    ['exits-otherwise', 'process.exit(3)', `2:9: ${leaves} process.exit(3)`],
    ['exits-deeper', '(process as any).reallyExit(0)', `2:18: ${leaves} process.reallyExit(0)`],
    [
      'mutes',
      'process.stdout.write = () => true',
      "2:22: expected a file that runs to its end, saw it throw TypeError: Cannot assign to read only property 'write' of object '",
    ],
  ] as const
  const files = statements.map(([name, statement]) => fileWith(name, statement))
  const { code, stderr, stdout } = directCommand(['scenario', ...files])
  const lines = statements.map(([, , said], index) => expect.stringContaining(`${files[index]}:${said}`))
  expect(stderr.trim().split('\n')).toEqual(lines)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test.each([
  [
    'setTimeout(() => process.exit(0), 5)',
    '2:26: expected a file that leaves the end of the process to the runner',
  ],
  [
    '(Array.prototype as any).map = undefined',
    '2:26: expected a file that leaves what is global as it is, saw it change Array.prototype.map',
  ],
])('%s: 2 and one line, with its place', expectRefused)

test('a file whose own end of the process says 0 ends with what was found', () => {
  const statement = "process.on('exit', () => { process.exitCode = 0 })"
  const file = fileWith('last-word', statement, "{ fetch: { code: 'ECONNREFUSED' } }")
  const { code, stdout } = directCommand(['scenario', file, '--client=fetch', '--world=portable'])
  expect(stdout).toContain('MISMATCH')
  expect(code).toBe(1)
})
