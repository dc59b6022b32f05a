import { spawnSync } from 'node:child_process'

/** Whether this machine lets the sealed world be made: Linux, with user namespaces. */
export const canSeal =
  spawnSync('unshare', ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', 'true'])
    .status === 0
