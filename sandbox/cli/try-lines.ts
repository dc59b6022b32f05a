import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { OpenDoor, World } from '../world/world.ts'

/** What a person can paste into another terminal; only tools that are installed here. */
export function tryLines(world: World, door: OpenDoor): string[] {
  const { dns, front, hostName } = door.machines
  const { user, password, host, port, database } = world.database.target
  const at = `${hostName}:${front.port}`
  const ca = door.standpoint.authorityFile
  const lines: [tool: string, line: string][] = [
    ['dig', `dig @${dns.address} -p ${dns.port} ${hostName}`],
    ['curl', `curl --cacert ${ca} --resolve ${at}:${front.address} https://${at}/users`],
    [
      'openssl',
      `openssl s_client -connect ${front.address}:${front.port} -servername ${hostName} -CAfile ${ca} </dev/null`,
    ],
    ['psql', `psql postgres://${user}:${password}@${host}:${port}/${database} -c 'select * from users'`],
  ]
  const installed = lines.filter(([tool]) => isInstalled(tool))
  return [
    `sandbox ${world.address} is up and healthy (${world.kind}, Postgres ${world.database.version}). Ctrl-C ends it.`,
    '',
    ...installed.map(([tool, line]) => `  ${tool.padEnd(8)} ${line}`),
    '',
    'From another terminal:',
    '  npm run sandbox break dns.nxdomain      break one step (npm run sandbox break: all faults)',
    '  npm run sandbox status                  what is armed, did it fire',
    '  npm run sandbox heal                    undo it',
  ]
}

function isInstalled(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)))
}
