/**
 * Rows of "which images were built from this commit, by this builder, signed with this key?": what statements say beside
 * components. Pure, as rows.ts, so that a row can be made again from what was signed.
 *
 * A statement that no longer holds still shows its images: whoever asks for a leaked key wants to see them.
 */
import { keyId, type ImageDigest, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { isRegistered, revocationsOf, type TrustState } from '../trust/trust-state.ts'
import type { FoundRow, StatedQuestion } from './answer.ts'
import { isProvenance, speaksOf, type EntryFacts } from './entry-facts.ts'
import { countingSboms, isGood, namesOf, provenanceRow } from './rows.ts'

/** @throws Fault `malformed` for a commit or a key that is none */
export function parseStatedQuestion(question: { readonly [kind in StatedKind]?: string }): StatedQuestion {
  const { commit, builder, signer } = question
  if (commit !== undefined) return { commit: checkedCommit(commit) }
  if (builder !== undefined) return { builder }
  if (signer !== undefined) return { signer: keyId(signer) }
  throw new Error('question: none of commit, builder, signer')
}

type StatedKind = 'commit' | 'builder' | 'signer'

function checkedCommit(commit: string): string {
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit
  throw new Fault(
    'hex-malformed',
    `commit: expected 40 or 64 lower-case hex digits, got ${commit.slice(0, 100)}`,
    { hint: 'Write out the whole commit id, as git rev-parse prints it.' },
  )
}

function isStated(question: StatedQuestion, facts: EntryFacts): boolean {
  if ('commit' in question) return facts.commits.some((one) => one.endsWith(`@${question.commit}`))
  return 'builder' in question ? facts.builder === question.builder : facts.key === question.signer
}

/** One row, from everything at hand that speaks of the image. `affected` rests on a statement that holds. */
export function foundRow(
  question: StatedQuestion,
  image: ImageDigest,
  stated: readonly EntryFacts[],
  trust: TrustState,
  asOf: TreeSize,
): FoundRow {
  const about = stated.filter((facts) => speaksOf(facts, image)).sort((a, b) => a.index - b.index)
  // What strangers state makes no row, and adds none of their names to one.
  const matches = about.filter(
    (facts) => isStated(question, facts) && isRegistered(trust, facts.index, facts.key),
  )
  const good = (facts: EntryFacts): boolean => isGood(facts, trust, asOf)
  const sboms = countingSboms(image, about, trust, asOf)
  const provenance = about.filter((facts) => isProvenance(facts) && good(facts))
  return {
    image,
    names: namesOf(image, [...sboms, ...provenance, ...matches]),
    status: matches.some(good) ? 'affected' : 'undetermined',
    revoked: revocationsOf(trust, asOf, `image:${image}`).length > 0,
    matches: matches.map((facts) => ({ entry: facts.index })),
    sboms: sboms.map((facts) => facts.index),
    provenance: provenance.map(provenanceRow),
  }
}
