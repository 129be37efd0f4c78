/**
 * Rows of "which images have this commit, builder, signer, type of statement, base image, licence, component hash?": what statements say
 * beside components. Pure, as rows.ts, so that a row can be made again from what was signed.
 *
 * A statement about an image that no longer holds still shows it: whoever asks for a leaked key wants to see those. What an
 * SBOM lists (licences, hashes) counts as its components do: only while the SBOM counts (contracts.md 2).
 */
import { keyId, type ImageDigest, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import {
  baseImageKey,
  builderKey,
  commitKey,
  componentHashKey,
  licenceKey,
  predicateTypeKey,
  signerKey,
} from '../map/keys.ts'
import type { SbomDocument } from '../sbom/component.ts'
import { isLicenceId, isSameLicence, licenceIds } from '../sbom/licence.ts'
import type { ManifestLine } from '../sbom/manifest-line.ts'
import { isRegistered, revocationsOf, type TrustState } from '../trust/trust-state.ts'
import type { FoundRow, StatedKind, StatedQuestion } from './answer.ts'
import { isProvenance, speaksOf, type EntryFacts } from './entry-facts.ts'
import { countingSboms, isGood, namesOf, provenanceRow } from './rows.ts'

export const STATED_KINDS = ['commit', 'builder', 'signer', 'type', 'base', 'licence', 'hash'] as const

/** An entry's facts, and whether it states what was asked. */
export interface FoundFacts {
  readonly facts: EntryFacts
  readonly states: boolean
}

/**
 * Exactly one of the kinds. Which licences there are is the ledger's business: here an id has the form of one.
 *
 * @throws Fault `malformed` (`hex-malformed`, `digest-malformed`, `parameter-malformed`)
 */
export function parseStatedQuestion(question: { readonly [kind in StatedKind]?: string }): StatedQuestion {
  const { commit, builder, signer, type, base, licence, hash } = question
  if (commit !== undefined) return { commit: checkedCommit(commit) }
  if (builder !== undefined) return { builder }
  if (signer !== undefined) return { signer: keyId(signer) }
  if (type !== undefined) return { type }
  if (licence !== undefined) return { licence: checkedLicence(licence) }
  if (base !== undefined) {
    baseImageKey(base)
    return { base }
  }
  if (hash === undefined) throw new Error('question: none of the kinds')
  componentHashKey(hash)
  return { hash }
}

function checkedCommit(commit: string): string {
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit
  throw new Fault(
    'hex-malformed',
    `commit: expected 40 or 64 lower-case hex digits, got ${commit.slice(0, 100)}`,
    { hint: 'Write out the whole commit id, as git rev-parse prints it.' },
  )
}

function checkedLicence(licence: string): string {
  if (isLicenceId(licence)) return licence
  throw new Fault('parameter-malformed', `licence: expected one SPDX id, got ${licence.slice(0, 100)}`, {
    hint: 'For example MIT. Of an expression, ask for each id by itself; "-or-later" is part of an id, "+" is not.',
  })
}

/** Under which the component map has every entry that states it. A licence is spelt as in the SPDX list. */
export function keyOfQuestion(question: StatedQuestion): Uint8Array {
  if ('commit' in question) return commitKey(question.commit)
  if ('builder' in question) return builderKey(question.builder)
  if ('signer' in question) return signerKey(question.signer)
  if ('type' in question) return predicateTypeKey(question.type)
  if ('base' in question) return baseImageKey(question.base)
  return 'hash' in question ? componentHashKey(question.hash) : licenceKey(question.licence)
}

/** As the index has it by its keys, from the lines and the SBOM of one statement. */
export function isStated(
  question: StatedQuestion,
  lines: readonly ManifestLine[],
  sbom: SbomDocument | undefined,
): boolean {
  const has = (kind: ManifestLine['kind'], name: string): boolean =>
    lines.some((line) => line.kind === kind && line.name === name)
  if ('commit' in question) return lines.some((line) => line.kind === 'g' && line.version === question.commit)
  if ('builder' in question) return has('b', question.builder)
  if ('signer' in question) return has('k', question.signer)
  if ('type' in question) return has('t', question.type)
  if ('base' in question) return has('d', question.base)
  if ('hash' in question) return has('f', question.hash)
  const ids = (sbom?.licences ?? []).flatMap((text) => licenceIds(text))
  return ids.some((id) => isSameLicence(id, question.licence))
}

/** Whether what is asked for stands in SBOMs, of which the newest count. */
export function isOfSboms(question: StatedQuestion): boolean {
  return 'licence' in question || 'hash' in question
}

/**
 * One row, from everything at hand that speaks of the image. `affected` rests on a statement that holds. Without a
 * match it is no row.
 */
export function foundRow(
  question: StatedQuestion,
  image: ImageDigest,
  stated: readonly FoundFacts[],
  trust: TrustState,
  asOf: TreeSize,
): FoundRow {
  // What strangers state makes no row, and adds none of their names to one.
  const stating = new Set(
    stated
      .filter(({ facts, states }) => states && isRegistered(trust, facts.index, facts.key))
      .map(({ facts }) => facts.index),
  )
  const about = stated
    .map((one) => one.facts)
    .filter((facts) => speaksOf(facts, image))
    .sort((a, b) => a.index - b.index)
  const good = (facts: EntryFacts): boolean => isGood(facts, trust, asOf)
  const sboms = countingSboms(image, about, trust, asOf)
  const matches = (isOfSboms(question) ? sboms : about).filter((facts) => stating.has(facts.index))
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
