import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of these commands that is installed: where it lies. */
export function findCommand(...commands: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return commands
    .flatMap((command) =>
      command.startsWith('/') ? [command] : folders.map((folder) => join(folder, command)),
    )
    .find((path) => existsSync(path))
}
