import { PartFailure } from './part-failure.ts'

/**
 * What the machine says when it will not give a program what it asks for (errno(3)), and what to do about it. The others,
 * such as EBADF and EINVAL, only a mistake of the program's own brings about.
 */
const refusals: Readonly<Record<string, readonly [words: string, next: string]>> = {
  EACCES: ['permission denied', 'Give this user the right to it, or name another place'],
  EADDRINUSE: ['the address is in use', 'Find what listens there: ss -ltnup'],
  EADDRNOTAVAIL: ['no such address, or no port left', 'Look at what holds them: ss -tan'],
  EAGAIN: ['no further process or thread', 'Raise the limit: ulimit -u'],
  EDQUOT: ['the quota is used up', 'Make room there'],
  EFBIG: ['the file would be too large', 'Raise the limit: ulimit -f'],
  EIO: ['input or output failed', 'Look at the disk'],
  ELOOP: ['links lead in a circle', 'Name another place'],
  EMFILE: ['no further open file for this process', 'Raise the limit: ulimit -n 1024'],
  ENAMETOOLONG: ['the name is too long', 'Name a shorter place'],
  ENFILE: ['no further open file on this machine', 'End what holds them open'],
  ENOBUFS: ['no memory left for sockets', 'End what holds it'],
  ENOENT: ['not there', 'Look whether something else removed it'],
  ENOMEM: ['no memory left', 'Make room, or raise the limits: ulimit -v, ulimit -m'],
  ENOSPC: ['no space left', 'Make room there'],
  ENOTDIR: ['not a directory', 'Name another place'],
  EPERM: ['not permitted', 'Give this user the right to it'],
  EROFS: ['the file system is read-only', 'Name another place'],
  ETXTBSY: ['the program is being written to', 'Wait until it is there'],
}

/**
 * SQLSTATEs with which a server says the same (PostgreSQL manual, Appendix A): connection, authorization, insufficient
 * resources, operator intervention, system error.
 */
const refusedStates = /^(?:08|28|53|57|58)[0-9A-Z]{3}$/

interface Facts {
  readonly code?: unknown
  readonly syscall?: unknown
  readonly path?: unknown
  readonly dest?: unknown
  readonly address?: unknown
  readonly port?: unknown
}

/**
 * The one place where an error of the machine's (files, sockets, processes, addresses) becomes the failure of a part:
 * one line, with what was asked for, what was seen, and what to do.
 *
 * @returns undefined where the machine refused nothing: then it is a bug of ours.
 */
export function machineRefusal(error: unknown): PartFailure | undefined {
  if (error instanceof PartFailure) return error
  if (!(error instanceof Error)) return undefined
  const { code, syscall } = error as Facts
  const refusal = typeof code === 'string' ? refusals[code] : undefined
  if (refusal !== undefined) {
    // One that we put into words ourselves says already where, and what to do.
    if (typeof syscall !== 'string') return new PartFailure(error.message, { cause: error })
    const [words, next] = refusal
    return new PartFailure(
      `this machine: expected to ${asked(syscall, error as Facts)}, saw ${code} (${words}). ${next}`,
      {
        cause: error,
      },
    )
  }
  if (typeof code === 'string' && refusedStates.test(code))
    return new PartFailure(`Postgres: ${error.message} (SQLSTATE ${code})`, { cause: error })
  const why = machineRefusal(error.cause)
  return why && new PartFailure(error.message, { cause: error.cause })
}

/** `open /tmp/x`, `listen on 127.0.0.1:80`, `spawn curl`. Node has the program of a spawn in `syscall` itself. */
function asked(syscall: string, { address, dest, path, port }: Facts): string {
  const words = syscall.split(' ')
  const on = address === undefined ? undefined : `${address}${port === undefined ? '' : `:${port}`}`
  const what = [path, dest].find((each) => typeof each === 'string' && !words.includes(each))
  return [syscall, ...(what === undefined ? [] : [what]), ...(on === undefined ? [] : ['on', on])].join(' ')
}
