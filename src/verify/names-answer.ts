/** The answer to "what is there of this name?" (`GET /ledger/v1/names`). */
import type { LogIndex } from '../brand.ts'
import type { ListedName } from '../sbom/spoken-names.ts'
import type { AsOf, Coverage, ProvenEntries } from './answer.ts'

export const NAME_MATCHES = ['exact', 'prefix', 'substring'] as const

export type NameMatch = (typeof NAME_MATCHES)[number]

export interface NamesQuestion {
  /** As typed: `log4j-core`, `group:artifact`, `@scope/name`, `github.com/…`. Case is not looked at. */
  readonly name: string
  readonly match: NameMatch
  /** Packages of this purl type alone. */
  readonly type?: string
}

export interface NameRow extends ListedName {
  /** How many are listed; of a purl also those of what was built from it. */
  readonly versions: number
  /** How many entries list one of them, whoever signed them and whether or not they count. */
  readonly entries: number
  /** The first of these. */
  readonly entry: LogIndex
}

export interface NamesAnswer {
  readonly question: NamesQuestion
  /** In byte order of the names that people use. */
  readonly items: readonly NameRow[]
  /** Opaque; absent on the last page. A page may be short, or empty, and not the last. */
  readonly next?: string
  readonly coverage: Coverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  readonly assurance: 'rows'
  readonly notEstablished: readonly string[]
}
