import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findCommand } from '../host/find-command.ts'
import type { ClientName } from '../language/scenario.ts'
import type { Client } from './common/client.ts'
import { ReportingProcess } from './common/reporting-process.ts'

const entry = fileURLToPath(new URL('./python/main.py', import.meta.url))

/** The system's own first: it is the one that `apt-get install python3-requests` reaches. */
const commands = ['/usr/bin/python3', 'python3']

/** Python's `urllib.request`. */
export const pythonClient = python('python', 'urllib')

/** Python's `requests`. */
export const requestsClient = python('requests', 'requests')

function python(name: ClientName, library: 'urllib' | 'requests'): Client {
  return {
    name,
    worlds: ['sealed'],
    missing: () => {
      const command = findCommand(...commands)
      if (command === undefined) return 'python3 is not installed: apt-get install python3'
      return library === 'requests' ? lacksRequests(command) : undefined
    },
    prepare: ({ place }) =>
      new ReportingProcess(place, {
        command: findCommand(...commands) ?? 'python3',
        args: ['-I', entry, library],
      }),
  }
}

let lacking: string | undefined | null = null

function lacksRequests(command: string): string | undefined {
  if (lacking === null) {
    const { status } = spawnSync(command, [
      '-I',
      '-c',
      'import importlib.util as u; exit(u.find_spec("requests") is None)',
    ])
    lacking =
      status === 0 ? undefined : `Python's requests is not installed: apt-get install python3-requests`
  }
  return lacking
}
