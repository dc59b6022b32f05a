/** A part of the sandbox could not come up. Not the user's mistake and no bug: exit code 3. */
export class PartFailure extends Error {
  override readonly name = 'PartFailure'
}
