import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { leaseAddress } from '../../sandbox/host/ground/address.ts'
import { cacheDirectory } from '../../sandbox/host/lifetime/cache.ts'
import { identify, lives } from '../../sandbox/host/lifetime/process-identity.ts'
import { ownerLives, RunDirectory } from '../../sandbox/host/lifetime/run-directory.ts'
import { sweep } from '../../sandbox/host/lifetime/sweep.ts'

const asRoot = process.getuid?.() === 0
// In a user namespace root has only itself to give files to.
const mayGiveAway = asRoot && /^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'latin1'))

afterEach(() => {
  vi.unstubAllEnvs()
})

test('tells a live process from a dead one and from another of the same number', async () => {
  const child = spawn('sleep', ['1000'])
  const identity = identify(child.pid!)!
  expect(identity.parent).toBe(process.pid)
  expect(lives(identity.pid, identity.start)).toBe(true)
  expect(lives(identity.pid, identity.start - 1)).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(lives(identity.pid, identity.start)).toBe(false)
})

test('makes one folder for each run, closed to others', () => {
  const first = RunDirectory.create()
  const second = RunDirectory.create()
  expect(second.id).not.toBe(first.id)
  expect(ownerLives(first.id)).toBe(true)
  expect(ownerLives(second.id)).toBe(true)
  expect(ownerLives('notes')).toBe(undefined)
  expect(statSync(first.path).mode & 0o777).toBe(asRoot ? 0o711 : 0o700)
  for (const { path } of [first, second]) rmSync(path, { recursive: true })
})

test('sweeps the folder and the processes of a dead run, and spares those of a live one', async () => {
  const live = RunDirectory.create()
  const owner = spawn('sleep', ['1000'])
  const id = `${owner.pid}-${identify(owner.pid!)?.start}`
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  const dead = join(dirname(live.path), id)
  mkdirSync(join(dead, 'postgres'), { recursive: true })
  const leftover = spawn('sleep', ['1000'], { env: { ...process.env, FAULTPATH_RUN: id } })
  const ours = spawn('sleep', ['1000'], { env: { ...process.env, FAULTPATH_RUN: live.id } })
  const end = once(leftover, 'exit')

  expect(await sweep()).toContain(id)
  await end
  expect(existsSync(dead)).toBe(false)
  expect(existsSync(live.path)).toBe(true)
  expect(lives(ours.pid!, identify(ours.pid!)!.start)).toBe(true)
  expect(await sweep()).not.toContain(id)

  ours.kill('SIGKILL')
  await once(ours, 'exit')
  rmSync(live.path, { recursive: true })
})

test.skipIf(!mayGiveAway)('refuses a directory of another user (needs root outside a user namespace)', () => {
  const place = mkdtempSync(join(tmpdir(), 'faultpath-test-'))
  vi.stubEnv('FAULTPATH_CACHE', join(place, 'cache'))
  const made = cacheDirectory()
  expect(basename(made)).toBe('cache')
  expect(cacheDirectory()).toBe(made)
  chownSync(made, 65534, 65534)
  expect(() => cacheDirectory()).toThrow(/expected a directory of user 0, saw one of user 65534/)
  rmSync(place, { recursive: true })
})

test.skipIf(process.platform !== 'linux')(
  'leases each address once, and again when it is given back',
  async () => {
    const first = await leaseAddress()
    const second = await leaseAddress()
    expect(first.address).toMatch(/^127\.0\.1\.\d+$/)
    expect(second.address).not.toBe(first.address)
    // The kernel's own list: hexadecimal, byte order reversed; 1387 is port 4999, 0A is LISTEN.
    const listed = (address: string) =>
      readFileSync('/proc/net/tcp', 'latin1').includes(
        `: ${address
          .split('.')
          .reverse()
          .map((byte) => Number(byte).toString(16).padStart(2, '0'))
          .join('')
          .toUpperCase()}:1387 00000000:0000 0A`,
      )
    expect(listed(first.address)).toBe(true)

    await first.release()
    // Another sandbox may take it in between, so this waits until it is free again.
    await vi.waitFor(async () => {
      const again = await leaseAddress()
      await again.release()
      expect(again.address).toBe(first.address)
    }, 10_000)
    await second.release()
  },
)
