/** How fast the follower derives and writes the index, on SQLite, from SBOMs that are in the log. */
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { sbomStatement } from './samples.ts'
import { storeSboms } from './stored-sboms.ts'

const SBOMS = 400
const COMPONENTS = 500

export async function benchIndex(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const statements = Array.from({ length: SBOMS }, (_, i) => sbomStatement(i, COMPONENTS))
  const { indexSeconds } = await storeSboms(ledger, by, statements, note)
  const speed = (SBOMS * COMPONENTS) / indexSeconds
  note(`index: ${Math.round(speed)} components/s`)
  return { index_components_per_s: speed }
}
