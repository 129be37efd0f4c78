/** The answer to "of which images does nobody know what is inside?" (`GET /ledger/v1/images/unknown`). */
import type { ImageDigest, LogIndex } from '../brand.ts'
import type { AsOf, Coverage, ProvenanceRow, ProvenEntries } from './answer.ts'
import type { UnknownScope } from './search-scope.ts'

export interface UnknownImageRow {
  readonly image: ImageDigest
  /** Under which registered signers speak of it, sorted. */
  readonly names: readonly string[]
  /** Whether a live revocation names the image itself. */
  readonly revoked: boolean
  /** The first by which it is known. */
  readonly entry: LogIndex
  /** SBOMs that do not count: revoked, without components, or of another platform than was asked for. */
  readonly sboms: readonly LogIndex[]
  /** Provenance that is good. */
  readonly provenance: readonly ProvenanceRow[]
}

export interface UnknownImagesAnswer {
  readonly question: UnknownScope
  /** By digest. */
  readonly items: readonly UnknownImageRow[]
  /** Opaque; absent on the last page. A page may be short, even empty, and another follow. */
  readonly next?: string
  /** Of all images, whatever the scope. */
  readonly coverage: Coverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  readonly assurance: 'rows'
  readonly notEstablished: readonly string[]
}
