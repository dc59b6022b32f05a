import { findCommand } from '../host/find-command.ts'
import type { Client, ReadyClient } from './common/client.ts'

/** A snap brings mounts and confinement of its own, which no other namespaces have. */
function findBrowser(): string | undefined {
  return ['chromium', 'google-chrome-stable', 'google-chrome']
    .map((command) => findCommand(command))
    .find((path) => path !== undefined && !path.startsWith('/snap/'))
}

/** `fetch` in a page of a real browser. The app comes from its own origin, so the call is a cross-origin one. */
export const chromiumClient: Client = {
  name: 'chromium',
  worlds: ['sealed'],
  missing,
  prepare: (seat) =>
    // Imported here, so that other clients start without waiting for it.
    once(
      import('./chromium/page-caller.ts').then(
        ({ PageCaller }) => new PageCaller(findBrowser() ?? 'chromium', seat),
      ),
    ),
}

function missing(): string | undefined {
  if (findBrowser() === undefined) return 'chromium is not installed: apt-get install chromium'
  if (findCommand('certutil') === undefined)
    return 'certutil is not installed, which gives it the root certificate: apt-get install libnss3-tools'
  if (findCommand('ip') === undefined)
    return 'ip is not installed, which makes the network card it wants to see: apt-get install iproute2'
  return undefined
}

/** A client that is there once it is loaded. */
function once(loading: Promise<ReadyClient>): ReadyClient {
  let loaded: ReadyClient | undefined
  loading.then(
    (client) => {
      loaded = client
    },
    () => {},
  )
  return {
    get program() {
      return loaded?.program
    },
    started: loading.then(({ started }) => started),
    call: async (call, observe) => (await loading).call(call, observe),
    close: async () => (await loading).close(),
  }
}
