/**
 * What an entry lists of a search, by lines of its manifest instead of its envelope: a few lines of an SBOM where the whole has a megabyte.
 *
 * The keys under which the entry is found tell which lines must all be there: those of one name, or of a whole kind where the key does not
 * tell the name. A component that was built from a source package may have any name. Shared by the server, which shows these lines.
 */
import { compareBytes } from '../encoding/bytes.ts'
import { utf8 } from '../encoding/utf8.ts'
import { parseComponentKey } from '../map/keys.ts'
import { formatLine, makeLine, type ManifestKind, type ManifestLine } from '../sbom/manifest-line.ts'
import { relationFacts, type EntryFacts } from './entry-facts.ts'
import { linesOfKind, type ManifestPart } from './manifest-facts.ts'
import { matchesIn, type SearchPlan, type SearchStated } from './search-rows.ts'
import type { SearchPart } from './search.ts'

/** Lines that may say what was asked: of one name, or all of their kind. */
export interface ManifestHit {
  readonly kind: ManifestKind
  readonly name?: string
}

/** @param key of the component map, under which a part of a search finds entries */
export function hitOf(key: Uint8Array, part: SearchPart): ManifestHit {
  if (part.kind === 'cpe') return { kind: 'c', name: part.cpe }
  if (part.kind === 'hash') return { kind: 'f', name: part.hash }
  return hitOfKey(key)
}

/** Of the key of a package. */
export function hitOfKey(key: Uint8Array): ManifestHit {
  const letter = String.fromCharCode(key[0] ?? 0)
  // The key has the name in one case, lines have it as it was written.
  if (letter === 'n') return { kind: 'n' }
  const name = letter === 'p' ? parseComponentKey(key)?.name : undefined
  return name === undefined ? { kind: 'p' } : { kind: 'p', name }
}

/** Undefined if only what was signed tells it: lines are missing, or it speaks as VEX. */
export function statedByManifest(
  plan: SearchPlan,
  facts: EntryFacts,
  hits: readonly ManifestHit[],
  parts: readonly ManifestPart[],
): SearchStated | undefined {
  const relations = linesOfKind(parts, 'i')
  const isSilent = linesOfKind(parts, 'v')?.length === 0
  if (facts.sbom === undefined || relations === undefined || !isSilent) return undefined
  if (!hits.every((hit) => parts.some((part) => hasAll(part, hit)))) return undefined
  const byPlace = new Map(parts.flatMap(({ from, lines }) => lines.map((line, at) => [from + at, line])))
  const lines = [...byPlace].sort(([a], [b]) => a - b).map(([, line]) => line)
  return {
    facts: { ...facts, ...relationFacts(relations) },
    matches: matchesIn(plan, facts.index, lines),
    vex: [],
  }
}

/** Whether no line of the hit stands outside of the part. */
function hasAll({ lines, isFirst, isLast }: ManifestPart, hit: ManifestHit): boolean {
  const [first, last] = [lines[0], lines.at(-1)]
  if (first === undefined || last === undefined) return isFirst && isLast
  return (isFirst || placeBeside(first, hit) < 0) && (isLast || placeBeside(last, hit) > 0)
}

/** Whether the line stands before (below 0), among (0) or behind the lines of a hit. */
export function placeBeside(line: ManifestLine, { kind, name }: ManifestHit): number {
  if (line.kind !== kind) return line.kind < kind ? -1 : 1
  if (name === undefined || line.name === name) return 0
  const [own, others] = [line.name, name].map((one) => utf8(formatLine(makeLine(kind, one))))
  return own === undefined || others === undefined ? 0 : compareBytes(own, others)
}
