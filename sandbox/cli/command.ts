/** What `main` runs and ends. */
export interface Command {
  /** Runs the command; the number is the exit code. */
  run(): Promise<number>
  /**
   * Heals, stops everything and gives it back, on every way out. Safe to repeat.
   * @returns what was ended, for whoever stopped it; undefined when nothing was up.
   */
  close(): Promise<string | undefined>
}
