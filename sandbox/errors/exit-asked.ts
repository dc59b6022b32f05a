/** Code that is not ours asked for the end of the process. Thrown in its place: a run without a report is no success. */
export class ExitAsked extends Error {
  override readonly name = 'ExitAsked'

  constructor(what: string, code: unknown) {
    super(`${what}(${code === undefined ? '' : String(code)})`)
  }
}
