/** Runs `nft` with this input. Resolves to what it printed. @throws Error with what nft complained of. */
export type Nft = (input: string) => Promise<string>

/** What removes a table, whether it is there or not: from inside, a person's own tools may have removed it. */
export function removalOf(table: string): string {
  return `add table ${table}\ndelete table ${table}\n`
}

/** Lists a table; undefined where it is gone. @throws Error with what else nft complained of. */
export async function listingOf(table: string, nft: Nft): Promise<string | undefined> {
  try {
    return await nft(`list table ${table}\n`)
  } catch (error) {
    const tables = await nft('list tables\n')
    if (tables.split('\n').includes(`table ${table}`)) throw error
    return undefined
  }
}
