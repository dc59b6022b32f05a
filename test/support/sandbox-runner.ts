/**
 * A runner for the tests that kill one: it says as JSON lines what it started, and then waits for its end, or that
 * of its standard input.
 *
 * usage: node sandbox-runner.ts postgres | released | ancestors
 */
import { spawn } from 'node:child_process'
import { leaseAddress } from '../../sandbox/host/ground/address.ts'
import { watchAncestors } from '../../sandbox/host/lifetime/npm.ts'
import { RunDirectory } from '../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../sandbox/host/lifetime/watchdog.ts'
import { openDatabase } from '../../sandbox/machines/database/open-database.ts'
import { postmasterOf } from './command.ts'

const say = (line: object): void => console.log(JSON.stringify(line))
const part = process.argv[2]

if (part === 'ancestors') {
  const isWatched = watchAncestors((pid) => {
    say({ gone: pid })
    process.exit()
  })
  say({ pid: process.pid, ...(isWatched ? {} : { orphaned: true }) })
  if (!isWatched) process.exit()
  // After several polls with every process alive.
  setTimeout(() => say({ still: true }), 1_000)
  setTimeout(() => process.exit(), 10_000)
} else {
  // A test that fails lets go of its runners: they end with it.
  process.stdin.resume().on('end', () => process.exit())
  const run = RunDirectory.create()
  const watchdog = Watchdog.start(run)
  if (part === 'postgres') {
    const { address } = await leaseAddress()
    const database = await openDatabase({ address, run, watchdog })
    const api = watchdog.spawn('sleep', ['1000'])
    // Marked, in a group of its own, and unknown to the watchdog: as if the runner had died before the adoption.
    const env = { ...process.env, FAULTPATH_RUN: run.id }
    const stray = spawn('sleep', ['1000'], { detached: true, env, stdio: 'ignore' })
    // The other way round: one that only the watchdog was told of.
    const adopted = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    watchdog.adopt(adopted.pid!)
    say({
      id: run.id,
      path: run.path,
      address,
      port: database.target.port,
      target: database.target,
      pids: [postmasterOf(run), api.pid, stray.pid, adopted.pid],
      postgres: postmasterOf(run),
    })
  } else {
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    watchdog.adopt(child.pid!)
    watchdog.release(child.pid!)
    say({ id: run.id, path: run.path, pids: [child.pid] })
  }
}
