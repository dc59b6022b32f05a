import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './command.ts'

export const postgresImage = 'faultpath/postgres:18'
const baseImage = 'faultpath/base:bookworm'

const images = {
  FAULTPATH_POSTGRES_IMAGE: postgresImage,
  FAULTPATH_BASE_IMAGE: baseImage,
  COMPOSE_PROJECT_NAME: 'faultpath-test',
  FAULTPATH_POSTGRES_PORT: '0',
  // Debian's docker has no buildx: the builder of before needs none.
  DOCKER_BUILDKIT: '0',
  COMPOSE_DOCKER_CLI_BUILD: '0',
}

/** Runs a command to its end and returns what it said; throws with that when it fails. */
export function say(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: join(root, 'docker'),
    encoding: 'utf8',
    env: { ...process.env, ...images },
  })
  if (status === 0) return stdout.trim()
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`)
}

function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** What is missing here for tests with containers, and how to get it; undefined when nothing is. */
export function missingEngine(): string | undefined {
  if (!works('docker', 'version'))
    return 'no container engine answers: apt-get install docker.io docker-compose, and start it'
  if (works('docker', 'image', 'inspect', postgresImage)) return undefined
  return `no image ${postgresImage}: docker/postgres/build.sh`
}

/** Compose v2, else Debian's docker-compose 1.29; both read a profile's path from the folder they are called in. */
export function composeCommand(): readonly [string, ...string[]] | undefined {
  if (works('docker', 'compose', 'version')) return ['docker', 'compose']
  return works('docker-compose', 'version') ? ['docker-compose'] : undefined
}

/** What else is missing for tests with Compose. */
export function missingCompose(): string | undefined {
  const missing = missingEngine()
  if (missing !== undefined) return missing
  if (composeCommand() === undefined) return 'no Compose: apt-get install docker-compose'
  if (works('docker', 'image', 'inspect', baseImage)) return undefined
  return `no image ${baseImage}: docker/base/build.sh`
}

/** Everything in the engine that outlives a command: containers, networks, volumes. */
export function inventory(): readonly string[] {
  return [
    say('docker', 'ps', '--all', '--format', 'container {{.Names}}'),
    say('docker', 'network', 'ls', '--format', 'network {{.Name}}'),
    say('docker', 'volume', 'ls', '--format', 'volume {{.Name}}'),
  ]
    .flatMap((lines) => lines.split('\n'))
    .filter(Boolean)
    .sort()
}
