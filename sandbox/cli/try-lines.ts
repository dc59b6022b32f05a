import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { hostName } from '../world/host-name.ts'
import type { Visit } from '../world/visit.ts'
import type { World } from '../world/world.ts'

/** What a person can paste into another terminal; only tools that are installed here. */
export async function tryLines(world: World, visit: Visit): Promise<string[]> {
  const { kind, reason } = await world.clients()
  const lines = kind === 'sealed' ? sealedLines() : portableLines(world, visit)
  return [
    `sandbox ${world.address} is up and healthy (${kind}: ${reason}; Postgres ${world.postgresVersion}). Ctrl-C ends it.`,
    '',
    'From another terminal:',
    ...lines.filter(([tool]) => isInstalled(tool)).map(([, line]) => `  ${line}`),
    '',
    '  npm run sandbox break dns.nxdomain      break one step (npm run sandbox break: all faults)',
    '  npm run sandbox status                  what is armed, did it fire',
    '  npm run sandbox heal                    undo it',
  ]
}

type ToolLine = readonly [tool: string, line: string]

function sealedLines(): ToolLine[] {
  const inside = 'npm run sandbox exec --'
  return [
    ['curl', `${inside} curl https://${hostName}/users`],
    ['dig', `${inside} dig ${hostName}`],
    ['openssl', `${inside} openssl s_client -connect ${hostName}:443 -brief`],
    ['psql', `${inside} psql -c 'select * from users'`],
    ['node', `${inside} node -e "fetch('https://${hostName}/users').then(r => r.text()).then(console.log)"`],
  ]
}

function portableLines(world: World, visit: Visit): ToolLine[] {
  const { dns, front } = visit.door
  const { user, password, host, port, database } = world.database.target
  const at = `${hostName}:${front.port}`
  const ca = visit.standpoint.authorityFile
  const tls = `-connect ${front.address}:${front.port} -servername ${hostName} -CAfile ${ca}`
  return [
    ['dig', `dig @${dns.address} -p ${dns.port} ${hostName}`],
    ['curl', `curl --cacert ${ca} --resolve ${at}:${front.address} https://${at}/users`],
    ['openssl', `openssl s_client ${tls} </dev/null`],
    ['psql', `psql postgres://${user}:${password}@${host}:${port}/${database} -c 'select * from users'`],
  ]
}

function isInstalled(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)))
}
