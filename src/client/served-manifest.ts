/** The manifest of an entry as it is served, beside the one that follows from what was signed (index.md 3). */
import { isControlType } from '../attestation/predicate-types.ts'
import type { LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatManifest, type ManifestLine } from '../sbom/manifest.ts'

/** Whether a manifest says that its entry is a control statement. */
export function saysControl(lines: readonly ManifestLine[]): boolean {
  return lines.some(({ kind, name }) => kind === 't' && isControlType(name))
}

/** The first line that one of them has and the other has not; undefined if they are the same. */
export function manifestDifference(
  index: LogIndex,
  served: Uint8Array,
  derived: readonly ManifestLine[],
): string | undefined {
  const right = formatManifest(derived)
  if (equalBytes(served, right)) return undefined
  const [said, stated] = [linesOf(served), linesOf(right)]
  const missing = firstOutside(stated, said)
  const added = firstOutside(said, stated)
  const parts = [
    ...(missing === undefined ? [] : [`lacks ${JSON.stringify(missing)}, which was signed`]),
    ...(added === undefined ? [] : [`has ${JSON.stringify(added)}, which was not signed`]),
  ]
  return `the manifest served of entry ${index} ${parts.join(' and ') || 'has its lines in another order'}`
}

function firstOutside(lines: readonly string[], others: readonly string[]): string | undefined {
  const known = new Set(others)
  return lines.find((line) => !known.has(line))
}

/** A served one may be anything. */
function linesOf(manifest: Uint8Array): readonly string[] {
  return new TextDecoder().decode(manifest).split('\n')
}
