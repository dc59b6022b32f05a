/** What `main` runs and ends. */
export interface Command {
  /** Runs the command; the number is the exit code. */
  run(): Promise<number>
  /** Heals, stops everything and gives it back. Called once, on every way out. */
  close(): Promise<void>
}
