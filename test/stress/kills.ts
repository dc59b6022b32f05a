import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { canSeal } from '../support/can-seal.ts'
import { root } from '../support/command.ts'
import type { Found, Part } from './part.ts'

/** Of the processors: a run under way has a use for two. */
const lanes = 2

/**
 * A lane of its own: what is left in it can only be of the runs that were killed in it. As root the machine's users
 * stay as they are, since Postgres runs as one of them.
 */
const namespaces = ['--net', '--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc']
const laneScript = `
mount -t tmpfs tmpfs /dev/shm && mkdir /dev/shm/tmp && ip link set lo up || exit 1
export TMPDIR=/dev/shm/tmp
exec 3<&0
"$@" <&3 & wait $!
`

/** Ends every part of running sandboxes and scenarios, at any moment, and looks for what is left. */
export const kills: Part = {
  name: 'kills',
  what: 'any process of a run is killed at any moment; nothing may be left',
  share: 3,
  count: 1_000,
  async run({ found, numbers, seed, untilMs }) {
    if (!canSeal) return
    const waiting = [...numbers]
    const lane = async () => {
      const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
      const words = ['sh', '-c', laneScript, 'sh', process.execPath, 'test/stress/kill-lane.ts', String(seed)]
      const child = spawn('unshare', [...user, ...namespaces, ...words], {
        cwd: root,
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const end = () => child.kill('SIGKILL')
      process.once('exit', end)
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
        if (performance.now() > untilMs) break
        child.stdin.write(`${number}\n`)
        const { done, value } = await lines.next()
        if (done) throw new Error(`kills: the lane ended at number ${number}`)
        found({ number, ...(JSON.parse(value) as Omit<Found, 'number'>) })
      }
      child.stdin.end()
      process.off('exit', end)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  },
}
