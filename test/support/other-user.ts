import { spawnSync } from 'node:child_process'

/** In front of a command: it is another user's then, whom nothing here belongs to. */
export const asOther = [
  'setpriv',
  '--reuid=23457',
  '--regid=23457',
  '--clear-groups',
  '--no-new-privs',
] as const

/** Where this user may become another, and that one may run the same Node. */
export const canBeOther =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync(asOther[0], [...asOther.slice(1), process.execPath, '-e', ''], { cwd: '/' }).status === 0
