/** What is read of a statement's text: which one it is, and whether a transaction ends with it. */
export interface Statement {
  /** As the API tags it: `users.list`, `orders.commit`; empty where it is not tagged. */
  readonly step: string
  /** The front door of the request it is of, `fetch-1`; empty where it is not tagged. */
  readonly door: string
  readonly isCommit: boolean
}

/** Only in front of the statement: behind it the same words may be what a user of the shop has typed. */
const tag = /^\s*\/\* step=(\S+) req=(\S+)\.[^\s.]+ \*\//
/** Comments without nesting. Each character has one way to match, so that no text takes long. */
const commit = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:COMMIT|END)\b/i

/** @param text the SQL, or the beginning of it. */
export function statementOf(text: string): Statement {
  const [, step = '', door = ''] = tag.exec(text) ?? []
  return { step, door, isCommit: commit.test(text) }
}
