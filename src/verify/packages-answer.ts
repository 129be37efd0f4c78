/** The answer to "which versions of this package are there?" (`GET /ledger/v1/packages`). */
import type { LogIndex } from '../brand.ts'
import type { AsOf, Coverage, ProvenEntries } from './answer.ts'

export interface VersionRow {
  /** As documents state it; null where they state none. */
  readonly version: string | null
  /** Whether the ecosystem's rules give it a place; the others stand last. */
  readonly ordered: boolean
  /** Images of which an SBOM that counts lists it. 0: only SBOMs that no longer count do. */
  readonly images: number
  /** SBOMs by registered signers that list it, whether or not they count. */
  readonly statements: number
  /** The first of these that counts, else the first of all. */
  readonly entry: LogIndex
}

export interface PackagesAnswer {
  /** A canonical purl without version. */
  readonly question: { readonly component: string }
  /** In the ecosystem's order, lowest first. */
  readonly items: readonly VersionRow[]
  /** Opaque; absent on the last page. */
  readonly next?: string
  /** On all pages together. */
  readonly versions: number
  /** Images of which an SBOM that counts lists any version. */
  readonly images: number
  readonly coverage: Coverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  readonly assurance: 'rows'
  readonly notEstablished: readonly string[]
}
