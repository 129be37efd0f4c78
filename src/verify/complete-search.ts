/**
 * That the answer of a search leaves no row out, as complete-answer.ts for one component. Apart from it, so that the portable verifier need
 * not carry what only searches need.
 *
 * What a component's line says beside its version stands in no key, but in the lines of its manifest (search-manifest.ts). What VEX says of
 * it stands in neither: such an entry comes with what was signed.
 * Left open besides: which other images an image belongs with (`lineage`), whose statements are found under keys of their own.
 */
import { asBadProof } from './bad-proof.ts'
import {
  checkNoneMissing,
  completeEntries,
  type CompleteClaim,
  type CompleteEntries,
} from './complete-entries.ts'
import type { CompleteKeys } from './complete-keys.ts'
import type { CheckedAttestation } from './proven-entry.ts'
import { keysOfPart } from './search-keys.ts'
import { hitOf, statedByManifest, type ManifestHit } from './search-manifest.ts'
import { searchRow, type SearchPlan, type SearchStated } from './search-rows.ts'
import type { SearchAnswer, SearchPart } from './search.ts'

export interface CompleteSearchClaim extends CompleteClaim {
  readonly answer: SearchAnswer
}

/**
 * All entries that the question needs are there, and no image lacks its row. That the rows say what follows from these entries is left to
 * whoever asks.
 *
 * @param plan of the question
 * @param ofSigned what was signed there says of the question
 * @throws Fault `bad-proof` (`answer-incomplete`, `map-proof-invalid`, …)
 */
export function checkCompleteSearch(
  claim: CompleteSearchClaim,
  plan: SearchPlan,
  ofSigned: (attestation: CheckedAttestation) => SearchStated,
): CompleteEntries<SearchStated> {
  const { answer, trust } = claim
  const { question, asOf } = answer
  const found = completeEntries(claim, {
    keys: (shown) => keysOf(question.parts, shown),
    ofSigned,
    ofManifest: (facts, hits, parts) => statedByManifest(plan, facts, hits, parts),
  })
  checkNoneMissing(claim, found, (image, about) => {
    return searchRow(question, image, about, trust, asOf.indexedThrough)?.matches[0]?.entry
  })
  return found
}

function* keysOf(
  parts: readonly SearchPart[],
  shown: CompleteKeys,
): Generator<readonly [key: Uint8Array, hit: ManifestHit]> {
  for (const part of parts) {
    const { keys, prefixes } = keysOfPart(part)
    for (const key of keys) yield [key, hitOf(key, part)]
    for (const { prefix, mayBeMeant } of prefixes) {
      for (const key of shown.under(prefix)) {
        if (asBadProof('map-proof-invalid', 'components map', () => mayBeMeant(key)))
          yield [key, hitOf(key, part)]
      }
    }
  }
}
