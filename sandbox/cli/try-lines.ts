import { findCommand } from '../host/find-command.ts'
import { verbLine } from '../live/running.ts'
import { hostName } from '../machines/shared/host-name.ts'
import type { Seat } from '../world/seat.ts'
import type { World } from '../world/world.ts'

/**
 * What a person can paste: into another terminal, or into the shell inside that follows, which has folders to write to. Only tools that are installed
 * here. The verbs are for another terminal in any case: inside everybody is root, who looks for sandboxes of root.
 */
export async function tryLines(
  world: World,
  seat: Seat,
  { isAlone, writable }: { readonly isAlone: boolean; readonly writable: readonly string[] | undefined },
): Promise<string[]> {
  const isShell = writable !== undefined
  const { kind, reason } = await world.clients()
  // Beside another sandbox each line says which one it means.
  const which = isAlone ? '' : `--sandbox=${world.address} `
  const before = isShell ? '' : `npm run sandbox exec -- ${which}`
  const verbs = [
    ['break dns.nxdomain', 'break one step (npm run sandbox break: all faults)'],
    ['status', 'what is armed, did it fire'],
    ['heal', 'undo it'],
  ].map(([verb = '', what]) => [verbLine(verb, world.address, isAlone), what] as const)
  const width = Math.max(...verbs.map(([line]) => line.length))
  const lines = kind === 'sealed' ? sealedLines(before) : portableLines(world, seat)
  const what = `${kind}: ${reason}; Postgres ${world.postgresVersion}`
  return [
    `sandbox ${world.address} is up and healthy (${what}). ${isShell ? 'exit' : 'Ctrl-C'} ends it.`,
    ...(isShell ? [writableLine(writable)] : []),
    '',
    isShell ? 'In this shell:' : 'From another terminal:',
    ...lines.filter(([tool]) => findCommand(tool) !== undefined).map(([, line]) => `  ${line}`),
    '',
    ...(isShell ? ['From another terminal:'] : []),
    ...verbs.map(([line, what]) => `  ${line.padEnd(width)}      ${what}`),
  ]
}

/** What of a person's work stays. */
function writableLine(writable: readonly string[]): string {
  const what = writable.length === 0 ? 'Nothing you write' : `What you write in ${writable.join(' and ')}`
  return `${what} stays; all else ends with the sandbox.`
}

type ToolLine = readonly [tool: string, line: string]

function sealedLines(before: string): ToolLine[] {
  return [
    ['curl', `${before}curl https://${hostName}/users`],
    ['dig', `${before}dig ${hostName}`],
    ['openssl', `${before}openssl s_client -connect ${hostName}:443 -brief </dev/null`],
    ['psql', `${before}psql -c 'select * from users'`],
    ['node', `${before}node -e "fetch('https://${hostName}/users').then(r => r.text()).then(console.log)"`],
  ]
}

function portableLines(world: World, seat: Seat): ToolLine[] {
  const { dns, 'front-wire': front } = seat.door.machines
  const { user, password, host, port, database } = world.database.target
  const at = `${hostName}:${front.port}`
  const ca = seat.place.authorityFile
  const tls = `-connect ${front.address}:${front.port} -servername ${hostName} -CAfile ${ca}`
  return [
    ['dig', `dig @${dns.address} -p ${dns.port} ${hostName}`],
    ['curl', `curl --cacert ${ca} --resolve ${at}:${front.address} https://${at}/users`],
    ['openssl', `openssl s_client ${tls} </dev/null`],
    // Of a command's words every user of the machine can read, of its variables none.
    [
      'psql',
      `PGPASSWORD=${password} psql postgres://${user}@${host}:${port}/${database} -c 'select * from users'`,
    ],
  ]
}
