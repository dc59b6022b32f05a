import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { postgresBelow, root, until } from '../support/command.ts'

// `npm run sandbox -- --shell` as a person has it: on a terminal, typing. Everything typed is what the README
// promises to just work: no flag, no address, no certificate.

const isThere = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
const hasScript = isThere('script', '--version')

let terminal: ChildProcess
let output = ''

async function openShell(): Promise<void> {
  output = ''
  // A terminal has a size: without one, psql would page its answer.
  const command = 'stty rows 40 cols 200; exec npm run --silent sandbox -- --shell --world=sealed'
  terminal = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: root,
    env: { ...process.env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  terminal.stdout!.on('data', (chunk: Buffer) => {
    output += chunk
  })
  await until('the prompt', () => output.includes('[faultpath sealed]'))
}

/** Types a line; its output, and the exit code it left. */
async function type(line: string): Promise<{ readonly code: number; readonly output: string }> {
  const before = output.length
  terminal.stdin!.write(`${line}\necho "[$?]"\n`)
  const ended = await until(
    `the end of: ${line}`,
    () => /\[(\d+)\]\r\n/.exec(output.slice(before)) ?? undefined,
  )
  return { code: Number(ended[1]), output: output.slice(before, before + ended.index) }
}

describe.skipIf(!canSeal || !hasScript)(
  'a shell inside (skipped without script: apt-get install bsdutils; or without user namespaces)',
  () => {
    beforeAll(openShell)

    afterAll(() => {
      terminal.kill()
    })

    test('what is printed to be typed here, works here', async () => {
      const [, printed = ''] = /In this shell:\r\n(.*?)\r\n\r\n/s.exec(output) ?? []
      const lines = printed.split('\r\n').map((line) => line.trim())
      expect(lines).toContainEqual(expect.stringMatching(/^node -e /))
      for (const line of lines) expect([line, (await type(line)).code]).toEqual([line, 0])
      expect(output).toContain('exit ends it.')
    })

    test.skipIf(!isThere('curl', '--version'))('curl (skipped without: apt-get install curl)', async () => {
      expect(await type('curl -sS https://api.example.test/users')).toEqual({
        code: 0,
        output: expect.stringContaining('Ada Lovelace'),
      })
    })

    test('the address of the sandbox stands in a variable', async () => {
      const [, address = 'not named'] = /sandbox (\S+) is up/.exec(output) ?? []
      expect(await type('echo "=$FAULTPATH_SANDBOX="')).toMatchObject({
        output: expect.stringContaining(`=${address}=`),
      })
    })

    test.skipIf(!isThere('dig', '-v'))('dig (skipped without: apt-get install dnsutils)', async () => {
      expect(await type('dig +short api.example.test')).toEqual({
        code: 0,
        output: expect.stringMatching(/^127\.0\.0\.1$/m),
      })
    })

    test.skipIf(!isThere('openssl', 'version'))(
      'openssl (skipped without: apt-get install openssl)',
      async () => {
        expect(await type('openssl s_client -connect api.example.test:443 -brief </dev/null')).toEqual({
          code: 0,
          output: expect.stringContaining('Verification: OK'),
        })
      },
    )

    test.skipIf(!isThere('psql', '--version'))(
      'psql (skipped without: apt-get install postgresql-client)',
      async () => {
        expect(await type("psql -tAc 'select name from users order by id'")).toEqual({
          code: 0,
          output: expect.stringContaining('Ada Lovelace'),
        })
      },
    )

    test('node', async () => {
      const script = `fetch("https://api.example.test/users").then((r) => console.log("status " + r.status))`
      expect(await type(`node -e '${script}'`)).toEqual({
        code: 0,
        output: expect.stringMatching(/^status 200$/m),
      })
    })

    test('Ctrl-C ends the command, and neither the shell nor the sandbox', async () => {
      const before = output.length
      terminal.stdin!.write('sleep 60\n')
      await until('sleep to be typed', () => output.slice(before).includes('sleep 60'))
      terminal.stdin!.write('\u0003')
      expect(await type('getent hosts api.example.test')).toMatchObject({ code: 0 })
    })

    test('its exit code is passed on', async () => {
      const closed = once(terminal, 'close')
      terminal.stdin!.write('exit 7\n')
      expect(await closed).toEqual([7, null])
    })

    test('a part that died meanwhile is said at the end: 3', async () => {
      await openShell()
      const closed = once(terminal, 'close')
      process.kill(await postgresBelow(terminal.pid!), 'SIGKILL')
      expect(await type('psql -c "select 1" >/dev/null 2>&1 || sleep 0.2')).toMatchObject({ code: 0 })
      terminal.stdin!.write('exit 0\n')
      expect(await closed).toEqual([3, null])
      expect(output).toMatch(/^Postgres: died \(.+\)\. Start the sandbox again\./ms)
    })
  },
)
