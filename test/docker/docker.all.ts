import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { machineId } from '../../sandbox/host/lifetime/machine-id.ts'
import { ownerLives } from '../../sandbox/host/lifetime/run-directory.ts'
import { npmRun, type Running, until } from '../support/command.ts'
import {
  composeCommand,
  inventory,
  missingCompose,
  missingEngine,
  postgresImage,
  say,
} from '../support/engine.ts'

// Postgres in a container, on a real engine: the scenarios pass, and whatever ends a run, nothing of it is left in
// the engine after the next start, while what belongs to other users is not touched.

const five = ['dns-failure', 'dropped-packets', 'expired-cert', 'server-error', 'slow-query']
const missing = missingEngine()
const environment = { FAULTPATH_DATABASE: 'testcontainers', FAULTPATH_POSTGRES_IMAGE: postgresImage }

/** The containers of this host's runs: other hosts may use the same engine. */
function ourContainers(): readonly string[] {
  const ours = `label=dev.faultpath.machine=${machineId()}`
  return say('docker', 'ps', '--all', '--quiet', '--filter', ours).split('\n').filter(Boolean)
}

/** The id of the run, once its container is there. It starts with the runner's process id. */
async function withContainer(command: Running): Promise<string> {
  const [container = ''] = await until(`a container (so far it said: ${command.output()})`, () => {
    const found = ourContainers()
    return found.length > 0 && found
  })
  return say('docker', 'inspect', '--format', '{{index .Config.Labels "dev.faultpath.run"}}', container)
}

function runnerOf(run: string): number {
  const [pid] = /^[1-9]\d*/.exec(run) ?? []
  if (pid === undefined) throw new Error(`not the id of a run: ${run}`)
  return Number(pid)
}

describe.skipIf(missing !== undefined)(
  `Postgres in a container${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const bystanders = ['faultpath-test-bystander', 'faultpath-test-other-machine']
    let before: readonly string[]

    beforeAll(() => {
      const dead = ['--label', 'dev.faultpath.run=1-1', '--label', 'dev.faultpath.machine=00000000']
      const run = ['run', '--detach', '--rm', '--entrypoint', 'sleep']
      say('docker', ...run, '--name', bystanders[0]!, postgresImage, '1000')
      // The container of a dead run, as another host that uses the same engine would leave it.
      say('docker', ...run, '--name', bystanders[1]!, ...dead, postgresImage, '1000')
      before = inventory()
    })
    afterAll(() => {
      say('docker', 'rm', '--force', ...bystanders)
    })

    test('the five pass, and nothing is left', { timeout: 120_000 }, async () => {
      const { code, stdout, stderr } = await npmRun(['scenario', ...five], environment).done
      expect(stdout.match(/ PASS /g), stdout + stderr).toHaveLength(five.length)
      expect(code).toBe(0)
      expect(inventory()).toEqual(before)
    })

    test('every scenario passes', { timeout: 300_000 }, async () => {
      const words = ['scenario', '--', '--all', '--jobs=3', '--world=portable']
      const { code, stdout, stderr } = await npmRun(words, environment).done
      expect(code, stdout.slice(-4_000) + stderr).toBe(0)
      expect(inventory()).toEqual(before)
    })

    test('it is published on 127.0.0.1 only, and a restart of the container is followed', {
      timeout: 60_000,
    }, async () => {
      const sandbox = npmRun(['sandbox'], environment)
      const address = await until(
        'the sandbox',
        () => /sandbox (\S+) is up/.exec(sandbox.output())?.[1],
        30_000,
      )
      const container = say('docker', 'ps', '--quiet', '--filter', 'label=dev.faultpath.run', '--latest')
      const port = () => say('docker', 'port', container)
      expect(port()).toMatch(/^5432\/tcp -> 127\.0\.0\.1:\d+$/)

      const users = async () => {
        const words = ['sandbox', 'break', 'database.slowQuery', 'sleepMs=1', '--', `--sandbox=${address}`]
        return (await npmRun(words).done).code
      }
      const firstPort = port()
      say('docker', 'restart', '--time', '1', container)
      await until('another port', () => port() !== firstPort && port())
      await expect.poll(users, { timeout: 15_000 }).toBe(0)

      process.kill(-sandbox.pid, 'SIGINT')
      await sandbox.done
      expect(inventory()).toEqual(before)
    })

    test('Ctrl-C while the container comes up leaves nothing', { timeout: 60_000 }, async () => {
      const command = npmRun(['scenario', 'slow-query'], environment)
      process.kill(runnerOf(await withContainer(command)), 'SIGINT')
      expect((await command.done).code).toBe(130)
      expect(inventory()).toEqual(before)
    })

    test.each([
      { when: 'the next run uses a container', next: environment },
      { when: 'the next run uses none', next: { FAULTPATH_DATABASE: 'embedded' } },
    ])('after kill -9, when $when, nothing is left', { timeout: 60_000 }, async ({ next }) => {
      const command = npmRun(['scenario', 'slow-query'], environment)
      const run = await withContainer(command)
      process.kill(runnerOf(run), 'SIGKILL')
      await command.done
      await until('the runner to be gone', () => ownerLives(run) === false)
      const { code, stdout, stderr } = await npmRun(['scenario', 'dns-failure'], next).done
      expect(code, stdout + stderr).toBe(0)
      expect(inventory()).toEqual(before)
    })

    test.each([
      {
        what: 'no engine',
        variables: { DOCKER_HOST: 'unix:///nowhere.sock' },
        said: 'DOCKER_HOST=unix:///nowhere.sock does not answer. Correct it',
      },
      {
        what: 'an image that cannot be had',
        variables: { FAULTPATH_POSTGRES_IMAGE: 'faultpath.invalid/postgres:0' },
        said: 'Try: docker pull faultpath.invalid/postgres:0',
      },
    ])('with $what: exit code 3, and what to do', { timeout: 60_000 }, async ({ variables, said }) => {
      const { code, stdout } = await npmRun(['scenario', 'dns-failure'], { ...environment, ...variables })
        .done
      expect(code).toBe(3)
      expect(stdout.replace(/\s+/g, ' ')).toContain(said)
      expect(stdout).not.toContain('died')
    })

    test('a container that ends at once: exit code 3, with its log', { timeout: 60_000 }, async () => {
      const image = 'faultpath/test-exits:1'
      const made = say('docker', 'create', '--entrypoint', 'sh', postgresImage, '-c', 'ls')
      const entrypoint = 'ENTRYPOINT ["sh", "-c", "echo out of luck; exit 1"]'
      say('docker', 'commit', '--change', entrypoint, made, image)
      say('docker', 'rm', made)
      const { code, stdout } = await npmRun(['scenario', 'dns-failure'], {
        ...environment,
        FAULTPATH_POSTGRES_IMAGE: image,
      }).done
      say('docker', 'rmi', image)
      expect(code).toBe(3)
      expect(stdout).toContain('out of luck')
      expect(inventory()).toEqual(before)
    })
  },
)

const lacking = missingCompose()

describe.skipIf(lacking !== undefined)(
  `The sealed world inside a container${lacking === undefined ? '' : ` (${lacking})`}`,
  () => {
    const [command, ...words] = composeCommand() ?? ['docker-compose']
    let before: readonly string[]
    const compose = (...more: string[]) => say(command, ...words, ...more)

    beforeAll(() => {
      before = inventory()
      compose('build', 'sandbox')
    }, 120_000)
    afterAll(() => {
      compose('down', '--volumes', '--timeout', '3')
      expect(inventory()).toEqual(before)
    })

    test('the five pass, and real packets get lost', { timeout: 120_000 }, () => {
      const said = compose('run', '--rm', 'sandbox', 'scenario', ...five, 'packet-loss')
      expect(said.match(/ PASS /g), said).toHaveLength(five.length + 1)
      expect(said.match(/ · sealed \(/g), said).toHaveLength(five.length + 1)
    })

    test('a sandbox is healthy; nothing in it is root or privileged, and nothing is published beyond loopback', async () => {
      compose('up', '--detach', 'sandbox')
      const container = compose('ps', '--quiet', 'sandbox')
      const inspect = (what: string) => say('docker', 'inspect', '--format', what, container)
      await expect.poll(() => inspect('{{.State.Health.Status}}'), { timeout: 50_000 }).toBe('healthy')

      // As the host sees them: inside, the client's namespace calls its user root.
      const users = say('docker', 'top', container, '-eo', 'pid,uid,args').split('\n').slice(1)
      expect(users.filter((line) => /keeper\.ts|unshare/.test(line)).length).toBeGreaterThan(0)
      expect(users.filter((line) => /^\s*\d+\s+0\s/.test(line))).toEqual([])
      expect(compose('exec', '-T', 'sandbox', 'grep', 'CapEff', '/proc/1/status')).toMatch(/CapEff:\s+0{16}$/)
      expect(inspect('{{.HostConfig.Privileged}} {{.HostConfig.CapAdd}}')).toMatch(
        /^false \[(CAP_)?SETUID (CAP_)?SETGID\]$/,
      )
      const ports = say('docker', 'port', compose('ps', '--quiet', 'postgres'))
      expect(ports).toMatch(/^5432\/tcp -> 127\.0\.0\.1:\d+$/)
    }, 90_000)
  },
)
