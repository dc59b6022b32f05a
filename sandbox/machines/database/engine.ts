import { type ContainerRuntimeClient, getContainerRuntimeClient, ImageName } from 'testcontainers'
import { PartFailure } from '../../errors/part-failure.ts'
import { machineId } from '../../host/lifetime/machine-id.ts'
import { ownerLives } from '../../host/lifetime/run-directory.ts'

/** On everything that a run creates in a container engine: the run's id, and where its process lives. */
const runLabel = 'dev.faultpath.run'
const machineLabel = 'dev.faultpath.machine'

export function labelsOf(runId: string): Record<string, string> {
  return { [runLabel]: runId, [machineLabel]: machineId() }
}

const loopback = '127.0.0.1'

const instead = 'Or take --database=embedded, which needs no containers.'

/**
 * The container engine of this host.
 *
 * @throws Error with the next command when no engine answers, or when it publishes ports where we cannot reach them.
 */
export async function containerEngine(): Promise<ContainerRuntimeClient> {
  // Containers are published there. Without this, testcontainers looks for a way out of a container where it finds
  // /.dockerenv, if need be by pulling an image.
  if (isLocal(process.env['DOCKER_HOST'])) process.env['TESTCONTAINERS_HOST_OVERRIDE'] = loopback
  let client: ContainerRuntimeClient
  try {
    client = await getContainerRuntimeClient()
  } catch (cause) {
    throw new PartFailure(
      `database: no container engine answers. Start one (Linux: sudo systemctl start docker; elsewhere: Docker Desktop), and see that this works: docker info. ${instead}`,
      { cause },
    )
  }
  const { DOCKER_HOST: wanted } = process.env
  const { socketPath } = client.container.dockerode.modem as { socketPath?: string }
  // testcontainers takes the default socket when the one that is named does not answer.
  if (wanted?.startsWith('unix://') && socketPath !== wanted.slice('unix://'.length)) {
    throw new PartFailure(
      `database: DOCKER_HOST=${wanted} does not answer. Correct it, or unset it. ${instead}`,
    )
  }
  const { host } = client.info.containerRuntime
  if (host !== loopback) {
    throw new PartFailure(
      `database: expected a container engine on this machine, saw one at ${host}. ` +
        'Its containers are published on its own loopback only. Give the URL of a Postgres instead: --database-url.',
    )
  }
  return client
}

function isLocal(engine = 'unix:'): boolean {
  return /^(unix|npipe):|^tcp:\/\/(localhost|127\.|\[::1\])/.test(engine)
}

interface Pull {
  readonly image: string
  readonly signal?: AbortSignal
  readonly onProgress?: (line: string) => void
}

/** @throws Error with the next command when the image is not here and cannot be had. */
export async function pullIfMissing(
  client: ContainerRuntimeClient,
  { image, onProgress, signal }: Pull,
): Promise<void> {
  const name = ImageName.fromString(image)
  if (await client.image.exists(name)) return
  onProgress?.(`database: pulling the image ${image}, once`)
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  try {
    await Promise.race([client.image.pull(name), aborted])
  } catch (cause) {
    throw new PartFailure(
      `database: the image ${image} is not on this machine and cannot be pulled (${(cause as Error).message.trim()}). ` +
        `Try: docker pull ${image}. Or build one without a registry, docker/postgres/build.sh, and name it: ` +
        'FAULTPATH_POSTGRES_IMAGE=faultpath/postgres:18',
      { cause },
    )
  }
}

/** Removes the containers of dead runs of this host, with their volumes. All others are left alone. */
export async function removeDead({ container: { dockerode } }: ContainerRuntimeClient): Promise<void> {
  const ours = { label: [runLabel, `${machineLabel}=${machineId()}`] }
  const found = await dockerode.listContainers({ all: true, filters: ours })
  const dead = found.filter(({ Labels }) => ownerLives(Labels[runLabel] ?? '') === false)
  await Promise.all(dead.map(({ Id }) => removeContainer(dockerode.getContainer(Id))))
}

/** Safe to repeat, and while another process does the same. */
export async function removeContainer(container: {
  remove(how: { force: boolean; v: boolean }): Promise<unknown>
}): Promise<void> {
  try {
    await container.remove({ force: true, v: true })
  } catch (error) {
    // 404: gone. 409: being removed.
    const { statusCode } = error as { statusCode?: number }
    if (statusCode !== 404 && statusCode !== 409) throw error
  }
}
