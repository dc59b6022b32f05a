/** What is wrong with what a scenario file exports, and the keys that lead to it. */
export interface ScenarioProblem {
  readonly path: readonly string[]
  readonly text: string
  readonly next?: string
}
