import type { InvalidInput } from '../errors/invalid-input.ts'

/** What `main` runs and ends. */
export interface Command {
  /** Runs the command; the number is the exit code. */
  run(): Promise<number>
  /** What to tell of an error that nothing waited for, where it came from a file that the command was given. */
  blame?(error: unknown): Promise<InvalidInput | undefined>
  /**
   * Heals, stops everything and gives it back, on every way out. Safe to repeat.
   * @returns what was ended, for whoever stopped it; undefined when nothing was up.
   */
  close(): Promise<string | undefined>
}
