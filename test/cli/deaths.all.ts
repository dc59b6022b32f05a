import { test } from 'vitest'
import { leavesNothing } from '../support/broken-sandbox.ts'

// Whatever a fault has made of Postgres or the API, a run that ends leaves nothing of them: not by kill -9 either, and
// not of the processes that healing started in the place of those that the run began with.

const faults: readonly (readonly [fault: string, ...parameters: string[]])[] = [
  ['database.shutDown', 'mode=smart'],
  ['database.shutDown', 'mode=fast'],
  ['database.shutDown', 'mode=immediate'],
  ['database.postmasterKilled'],
  ['database.frozen'],
]

const onLinux = process.platform === 'linux'

for (const signal of ['SIGKILL', 'SIGINT'] as const) {
  test.skipIf(!onLinux).each(faults.map((words) => [words.join(' '), words] as const))(
    `${signal} ends a sandbox broken by %s, and leaves nothing`,
    (_, [fault, ...parameters]) => leavesNothing({ fault, parameters, signal }),
  )
}

test
  .skipIf(!onLinux)
  .each([
    ['database.frozen', 'what=session'],
    ['database.backendCrash'],
    ['backend.gracefulShutdown'],
  ] as const)(
  'SIGKILL ends a sandbox right behind a call that met %s, and leaves nothing',
  (fault, ...parameters) => leavesNothing({ fault, parameters, signal: 'SIGKILL', isMet: true }),
)

test.skipIf(!onLinux).each(['database.postmasterKilled', 'backend.outOfMemory', 'backend.gracefulShutdown'])(
  'SIGKILL ends a sandbox that was healed of %s, and leaves nothing',
  (fault) => leavesNothing({ fault, signal: 'SIGKILL', isHealed: true }),
)
