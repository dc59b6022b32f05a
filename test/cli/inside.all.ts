import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liveRuns } from '../../sandbox/host/lifetime/sweep.ts'
import { canSeal } from '../support/can-seal.ts'
import { commandLine, npmRun } from '../support/command.ts'
import { Person } from '../support/inside.ts'
import { insidePromises } from '../support/inside-promises.ts'
import { expectGone, runnerOf } from '../support/run-folder.ts'

// The same as inside.test.ts for an ordinary user, what people's tools do there, and a machine that lays nothing over
// its files.

const isRoot = process.getuid?.() === 0
const ordinary = isRoot ? { uid: 65534 } : {}
const isThere = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

describe.skipIf(!canSeal || !isRoot)(
  'an ordinary user inside (skipped without user namespaces, or unless started as root)',
  () => {
    let person: Person
    beforeAll(async () => {
      person = await Person.withSandbox(ordinary)
    })
    afterAll(() => person?.leaves())

    insidePromises(() => person)

    test('what others keep for themselves stays unread', async () => {
      const secret = join(person.elsewhere, 'secret')
      writeFileSync(secret, 'of root', { mode: 0o600 })
      const { code, output } = await person.types(`cat ${secret}`)
      expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('Permission denied') })
    })
  },
)

describe.skipIf(!canSeal)('what people type inside (skipped without user namespaces)', () => {
  let person: Person
  beforeAll(async () => {
    person = await Person.withSandbox()
  })
  afterAll(() => person?.leaves())

  const calls = 'curl -sS -o /dev/null https://api.example.test/users'
  test.for([
    ['ping', 'ping -c 1 -W 1 api.example.test', '1 received'],
    ['strace', 'strace -e trace=connect true 2>&1', 'exited with 0'],
    ['strace', 'sleep 9 & pid=$!; strace -p $pid -o /dev/null & sleep 0.3; kill $pid', 'attached'],
    ['ss', 'ss -ltn', '127.0.0.1:443'],
    ['psql', "psql -tAc 'select 41 + 1'", '42'],
    ['npm', 'npm --version && npm config set fund=false && npm config get fund', 'false'],
    [
      'git',
      'git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm b && git log',
      'b',
    ],
    ['su', "su nobody -s /bin/sh -c 'id -un'", isRoot ? 'nobody' : ''],
    ['nft', 'nft list tables', 'faultpath_watch'],
  ])('%s: %s', async ([tool = '', line = '', printed = ''], { skip }) => {
    skip(!isThere(tool), `needs ${tool}`)
    expect((await person.types(`echo some >some; ${line}`)).output).toContain(printed)
  })

  test.skipIf(!isRoot || !isThere('tcpdump'))(
    'tcpdump (as root, for which other users exist; skipped without: apt-get install tcpdump)',
    async () => {
      const line = `(timeout 9 tcpdump -ni lo -c 1 port 443 & sleep 1; ${calls}; wait) 2>&1`
      expect((await person.types(line)).output).toContain('1 packet captured')
    },
  )

  test('a test run writes its cache, and it stays', async () => {
    const line = 'echo "export const one = 1" >one.mjs && NODE_COMPILE_CACHE=$PWD/cache node one.mjs'
    expect(await person.types(line)).toEqual({ code: 0, output: '' })
    expect(readdirSync(join(person.project, 'cache'))).not.toEqual([])
  })

  test('a scenario runs inside as it does outside', async () => {
    const line = `npm --prefix ${process.cwd()} run -s scenario dns-failure -- --client=fetch`
    const { code, output } = await person.types(line)
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('  PASS ') })
  })

  test('in HOME itself nothing is shared, nor in a folder of the system', async () => {
    const inHome = await person.types('touch ~/here && ls', { cwd: person.home })
    expect(inHome).toMatchObject({ code: 0, output: expect.stringContaining('here') })
    expect(existsSync(join(person.home, 'here'))).toBe(false)
    if (!isRoot) return
    expect(await person.types('touch faultpath-test', { cwd: '/etc' })).toEqual({ code: 0, output: '' })
    expect(existsSync('/etc/faultpath-test')).toBe(false)
  })

  test('in a worktree a commit is kept, though git keeps it elsewhere', async () => {
    const git = (...words: string[]) =>
      spawnSync('git', ['-C', person.elsewhere, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words])
    git('init', '--quiet')
    git('commit', '--quiet', '--allow-empty', '--message=first')
    const cwd = join(person.home, 'worktree')
    git('worktree', 'add', '--quiet', cwd)
    const line = 'git -c user.name=a -c user.email=a@b commit -q --allow-empty -m second'
    expect(await person.types(line, { cwd })).toEqual({ code: 0, output: '' })
    expect(git('log', '--format=%s', 'worktree').stdout.toString()).toBe('second\nfirst\n')
  })

  test('a program that ends all that runs inside, ends no more: the next one finds an inside again', async () => {
    const restart = "python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x01234567)'"
    const { code } = await person.types(`sleep 1000 & ${restart}`)
    expect(code).not.toBe(0)
    expect(await person.types('echo again')).toEqual({ code: 0, output: 'again\n' })
    const { output } = await person.asks('status')
    expect(output).toContain('healthy')
  })

  test('what runs inside is gone with the sandbox, also after kill -9', async () => {
    const other = await Person.withSandbox()
    // A number that no other program sleeps for.
    const seconds = `9${process.pid}`
    const sleeping = () =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(Number(pid))[1] === seconds)
    await other.types(`sleep ${seconds} >/dev/null 2>&1 &`)
    expect(sleeping()).toHaveLength(1)
    const { output } = await other.asks('status')
    const runner = Number(/pid (\d+)/.exec(output)?.[1])
    const folder = liveRuns().find((each) => runnerOf(each) === runner) ?? ''
    process.kill(runner, 'SIGKILL')
    await expectGone(folder, other.address)
    expect(sleeping()).toEqual([])
    await other.leaves()
  })

  test('a sandbox that only stays has nothing to share', async () => {
    expect(await npmRun(['sandbox', '--', '--writable=/tmp']).done).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--writable: expected it with --shell or exec, saw neither'),
    })
  })
})

describe.skipIf(!canSeal)(
  'where the kernel lays nothing over files (made so by a mount that refuses)',
  () => {
    const tools = mkdtempSync(join(tmpdir(), 'faultpath-tools-'))
    let person: Person
    beforeAll(async () => {
      chmodSync(tools, 0o755)
      const { stdout } = spawnSync('sh', ['-c', 'command -v mount'], { encoding: 'utf8' })
      const lines = [
        '#!/bin/sh',
        `case "$*" in *"-t overlay"*) echo 'mount: not permitted' >&2; exit 32 ;; esac`,
        `exec ${stdout.trim()} "$@"`,
      ]
      writeFileSync(join(tools, 'mount'), `${lines.join('\n')}\n`, { mode: 0o755 })
      const environment = { PATH: `${tools}:${process.env['PATH']}` }
      person = await Person.withSandbox({ ...ordinary, environment })
      mkdirSync(join(person.elsewhere, 'folder'))
    })
    afterAll(async () => {
      await person?.leaves()
      rmSync(tools, { recursive: true, force: true })
    })

    test('it says so in one line, and all but project, /tmp and what is new in HOME is read-only', async () => {
      const wrote = await person.types('touch /usr/faultpath-test; touch kept /tmp/gone ~/gone; ls ~ /tmp')
      const [said, refused, ...listed] = wrote.output.trim().split('\n')
      expect(said).toBe(
        'inside all is read-only, but for the project, /tmp, and what is new in HOME: overlays are refused here (mount: not permitted)',
      )
      expect(refused).toMatch(/Read-only file system/)
      expect(listed.filter((name) => name === 'gone')).toHaveLength(2)
      expect(existsSync(join(person.project, 'kept'))).toBe(true)
      expect(existsSync(join(person.home, 'gone'))).toBe(false)
      expect(existsSync('/tmp/gone')).toBe(false)
      const asked = await person.types('curl -sS https://api.example.test/users')
      expect(asked.output).toContain('Ada Lovelace')
    })

    test('it cannot be taken apart either', async () => {
      const { output } = await person.types(
        'mount -o remount,bind,rw /usr 2>/dev/null; echo $?; umount ~ 2>/dev/null; echo $?; test -w /usr; echo $?',
      )
      const [, ...codes] = output.trim().split('\n')
      expect(codes).toHaveLength(3)
      expect(codes).not.toContain('0')
    })
  },
)

test.skipIf(!canSeal)(
  'where parts of /proc are hidden and files are mounted, as in a container, nothing differs but /proc (skipped without user namespaces)',
  async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'faultpath-container-'))
    mkdirSync(join(scratch, 'project'))
    writeFileSync(join(scratch, 'hosts'), '127.0.0.1 localhost\n')
    // The second namespace cannot undo what the first one mounted: as a container's cannot.
    const script = `
      mount -t tmpfs -o ro tmpfs /proc/bus && mount -o bind,ro /proc/sys /proc/sys && mount --bind "$1/hosts" /etc/hosts
      exec unshare --user --map-root-user --mount sh -c '
        mount -t proc proc /mnt 2>/dev/null && echo "nothing is hidden here"
        cd "$1/project"
        npm --prefix "$2" run -s sandbox -- --world=sealed >"$1/said" 2>&1 &
        npm=$!
        until address=$(sed -n "s/^sandbox \\([0-9.]*\\) is up.*/\\1/p" "$1/said") && [ "$address" ]; do sleep 0.1; done
        npm --prefix "$2" run -s sandbox exec -- --sandbox=$address sh -c "
          touch kept /etc/faultpath-test && curl -sS https://api.example.test/users
          cat /etc/hosts; test -w /proc/sys/vm/swappiness || test -w /proc/self/oom_score_adj || echo read-only"
        npm --prefix "$2" run -s sandbox changes -- --sandbox=$address
        kill -INT $npm; wait $npm
      ' sh "$@"`
    const inside = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', scratch, process.cwd()]
    const { stderr, stdout } = spawnSync('unshare', inside, { encoding: 'utf8', timeout: 60_000 })
    expect(stdout, stderr).toContain('Ada Lovelace')
    expect(stdout).toMatch(/127\.0\.0\.1 localhost\nread-only\nadded +\/etc\/faultpath-test$/m)
    expect(stdout).not.toContain('nothing is hidden here')
    expect(existsSync(join(scratch, 'project', 'kept'))).toBe(true)
    expect(existsSync('/etc/faultpath-test')).toBe(false)
    rmSync(scratch, { recursive: true, force: true })
  },
)
