/** How fast SBOMs get into the index and its map, on SQLite, from what admission has read of them. */
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { copyOf, hasRealDocuments, realDocuments } from './real-documents.ts'
import { sbomStatement } from './samples.ts'
import { storeSboms } from './stored-sboms.ts'

const SBOMS = 2_000
const MADE_COMPONENTS = 260

export async function benchMapSpeed(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const { components, statements } = hasRealDocuments() ? realSboms() : madeSboms(note)
  const { indexSeconds, indexCpuSeconds } = await storeSboms(ledger, by, statements, note, { handedOn: true })
  const [byClock, byCpu] = [components / indexSeconds, components / indexCpuSeconds]
  note(`map: ${Math.round(byClock)} components/s, ${Math.round(byCpu)} in a second of processor time`)
  return { map_components_per_s: byClock, map_components_per_cpu_s: byCpu }
}

interface Sboms {
  readonly components: number
  readonly statements: Iterable<Uint8Array>
}

/** All documents in turn, each time of another image and with other versions. */
function realSboms(): Sboms {
  const documents = realDocuments()
  const copies = Array.from({ length: SBOMS }, (_, copy) => ({
    copy,
    document: documents[copy % documents.length] ?? documents.slice(-1)[0],
  }))
  const components = copies.reduce((sum, { document }) => sum + (document?.components ?? 0), 0)
  const statements = function* (): Generator<Uint8Array> {
    for (const { document, copy } of copies) if (document !== undefined) yield copyOf(document, copy)
  }
  return { components, statements: statements() }
}

function madeSboms(note: Note): Sboms {
  note('map: SKIPPED the real documents, ../shared/corpus is not there; map_components_per_s is of made ones')
  const statements = Array.from({ length: SBOMS }, (_, image) => sbomStatement(image, MADE_COMPONENTS))
  return { components: SBOMS * MADE_COMPONENTS, statements }
}
