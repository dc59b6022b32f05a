import { afterAll, beforeAll } from 'vitest'
import { type AddressLease, leaseAddress } from '../../../sandbox/host/ground/address.ts'
import { RunDirectory } from '../../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../../sandbox/host/lifetime/watchdog.ts'
import type { Database } from '../../../sandbox/machines/database/database.ts'
import { openDatabase } from '../../../sandbox/machines/database/open-database.ts'

// A Postgres for the tests of one file, and what it lives on.

export let lease: AddressLease
export let run: RunDirectory
export let watchdog: Watchdog
export let database: Database

beforeAll(async () => {
  lease = await leaseAddress()
  run = RunDirectory.create()
  watchdog = Watchdog.start(run)
  database = await openDatabase({ address: lease.address, run, watchdog })
})

afterAll(async () => {
  await database.stop()
  await watchdog.close()
  await lease.release()
})
