/** Runs `nft` with this input. Resolves to what it printed. @throws Error with what nft complained of. */
export type Nft = (input: string) => Promise<string>

/** A table that was made is there no more: from inside, a person's own tools may remove it. */
export class RulesGone extends Error {
  override readonly name = 'RulesGone'

  constructor() {
    super("the kernel's rules are gone: something else removed them")
  }
}

/** What removes a table, whether it is there or not. */
export function removalOf(table: string): string {
  return `add table ${table}\ndelete table ${table}\n`
}

/** Lists a table. @throws RulesGone; Error with what else nft complained of. */
export async function listingOf(table: string, nft: Nft): Promise<string> {
  try {
    return await nft(`list table ${table}\n`)
  } catch (error) {
    const tables = await nft('list tables\n')
    throw tables.split('\n').includes(`table ${table}`) ? error : new RulesGone()
  }
}
