/** A line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly id: number
  readonly parent: number
  /** Of the file system: one has the same at each of its mounts. */
  readonly device: string
  readonly path: string
  readonly flags: readonly string[]
  readonly type: string
  /** Of the file system. */
  readonly options: readonly string[]
}

export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [front = '', back = ''] = line.split(' - ')
      const [id, parent, device = '', , path = '', flags = ''] = front.split(' ')
      const [type = '', , options = ''] = back.split(' ')
      return {
        id: Number(id),
        parent: Number(parent),
        device,
        path: plain(path),
        flags: flags.split(','),
        type,
        options: options.split(','),
      }
    })
}

/** The kernel writes space, tab, newline and backslash in octal. */
function plain(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

/** What remounting must not drop of the flags of others (mount_namespaces(7)). */
export function keptFlags({ flags }: Mount): readonly string[] {
  return flags.filter((flag) => ['nosuid', 'nodev', 'noexec'].includes(flag))
}

export function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder === '/' ? '/' : `${folder}/`)
}
