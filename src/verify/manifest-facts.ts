/**
 * What an entry states, from lines of its manifest instead of its envelope (index.md 3 and 7): a hundred bytes of an SBOM where the whole
 * has a megabyte.
 *
 * A line that is left out must not change the facts, so all lines of a kind are shown, or none counts: they stand together, and the lines
 * at both sides of them, or the manifest's ends, show that these are all. That holds only if the manifest is sorted, which auditors
 * check, as they check that it is what the envelope says.
 */
import { predicateKind } from '../attestation/predicate-types.ts'
import type { LogIndex } from '../brand.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { CountedRoot } from '../map/counted-root.ts'
import { checkLines } from '../map/manifest-tree.ts'
import { parseLine, type ManifestKind, type ManifestLine } from '../sbom/manifest-line.ts'
import { asBadProof } from './bad-proof.ts'
import type { LinesProof } from './completeness-wire.ts'
import { factsOf, type EntryFacts } from './entry-facts.ts'
import { parseHashes, type CheckedEntry } from './proven-entry.ts'

/** Lines that stand next to each other in a manifest, proven. */
export interface ManifestPart {
  /** The place of the first. */
  readonly from: number
  readonly lines: readonly ManifestLine[]
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** Who signed is in the entry itself. */
const ALWAYS: readonly ManifestKind[] = ['s', 't', 'w']
const OF_PROVENANCE: readonly ManifestKind[] = ['b', 'd', 'g']
/** An SBOM without any of these proves nothing (contracts.md 2). */
const COMPONENTS: readonly ManifestKind[] = ['c', 'p']

/**
 * @param manifest the value of the entry's key `m`
 * @throws Fault `bad-proof` (`map-proof-invalid`, `inclusion-proof-invalid`)
 */
export function checkParts(
  { index }: Pick<CheckedEntry, 'index'>,
  manifest: CountedRoot,
  proofs: readonly LinesProof[],
): readonly ManifestPart[] {
  return proofs.map((proof) =>
    asBadProof('map-proof-invalid', subjectOf(index), () => checkPart(manifest, proof)),
  )
}

/**
 * All facts but how many components there are: `sbom.components` is 0 only if there are none.
 *
 * @throws Fault `bad-proof` (`answer-incomplete`) if lines are missing that may change a fact, `entry-mismatch`
 */
export function factsByManifest(entry: CheckedEntry, parts: readonly ManifestPart[]): EntryFacts {
  const all = (kind: ManifestKind): readonly ManifestLine[] => {
    const lines = linesOfKind(parts, kind)
    if (lines !== undefined) return lines
    throw new Fault(
      'answer-incomplete',
      `${subjectOf(entry.index)}: expected all lines of kind ${kind}, got not all`,
    )
  }
  const lines = ALWAYS.flatMap(all)
  const types = lines.filter(({ kind }) => kind === 't')
  if (types.some(({ name }) => predicateKind(name) === 'provenance'))
    lines.push(...OF_PROVENANCE.flatMap(all))
  if (lines.some(({ kind }) => kind === 'w')) lines.push(...someComponents(parts, all))
  checkAttestationId(entry)
  const facts = factsOf(entry.index, entry.attestation, entry.keyId, lines)
  checkPredicateType(entry, facts)
  return facts
}

/** What the answer says beside the entry is what the entry states, as with what was signed. */
function checkPredicateType({ index, predicateType }: CheckedEntry, stated: EntryFacts): void {
  if (predicateType === stated.predicateType) return
  throw new Fault(
    'entry-mismatch',
    `entry ${index}: expected predicate type ${stated.predicateType.slice(0, 100)} as in its manifest, got ${predicateType.slice(0, 100)}`,
  )
}

function subjectOf(index: LogIndex): string {
  return `manifest of entry ${index}`
}

/** Of other keys the entry has another digest, and only what was signed tells the attestation. */
function checkAttestationId({ index, body }: CheckedEntry): void {
  if (body.algorithm === 'sha256') return
  throw new Fault(
    'answer-incomplete',
    `entry ${index}: expected what was signed, since its ${body.algorithm} digest does not name the attestation`,
  )
}

function checkPart(manifest: CountedRoot, { from, lines, proof }: LinesProof): ManifestPart {
  checkLines(manifest, { from, lines: lines.map(utf8), proof: parseHashes(proof, 'lines') })
  return {
    from,
    lines: lines.map(parseLine),
    isFirst: from === 0,
    isLast: from + lines.length === manifest.size,
  }
}

/** All lines of the kind; undefined if it is not shown that these are all. Kinds are one letter, and lines are sorted by it. */
export function linesOfKind(
  parts: readonly ManifestPart[],
  kind: ManifestKind,
): readonly ManifestLine[] | undefined {
  const whole = parts.find(({ lines, isFirst, isLast }) => {
    const [first, last] = [lines[0]?.kind ?? kind, lines.at(-1)?.kind ?? kind]
    return (isFirst || first < kind) && (isLast || last > kind)
  })
  return whole?.lines.filter((line) => line.kind === kind)
}

/** One is enough; that there is none has to be shown. */
function someComponents(
  parts: readonly ManifestPart[],
  all: (kind: ManifestKind) => readonly ManifestLine[],
): readonly ManifestLine[] {
  const shown = parts.flatMap(({ lines }) => lines.filter(({ kind }) => COMPONENTS.includes(kind)))
  return shown.length > 0 ? shown : COMPONENTS.flatMap(all)
}
