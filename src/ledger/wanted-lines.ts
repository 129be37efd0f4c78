/**
 * The lines of a stored manifest that a search wants. A list of a thousand packages looks into the manifests of nearly all
 * images, and most of their lines have nothing to do with it: those are only skipped over.
 */
import { parseUtf8 } from '../encoding/utf8.ts'
import { parseLine, type ManifestLine } from '../sbom/manifest-line.ts'
import { originOf } from '../sbom/origin.ts'
import { isWanted, type SearchPlan } from '../verify/search-rows.ts'

/** In the manifest's order. @throws Fault `malformed` (`manifest-malformed`, `encoding-malformed`) */
export function wantedLines(plan: SearchPlan, manifest: Uint8Array): readonly ManifestLine[] {
  const found: ManifestLine[] = []
  for (const text of parseUtf8(manifest, 'manifest').split('\n')) {
    if (!mayBeWanted(plan, text)) continue
    const line = parseLine(text)
    if (isWanted(plan, line, line.kind === 'p' ? originOf(line).name : '')) found.push(line)
  }
  return found
}

/** By the text alone: what is escaped in it, or names a source package, must be looked at closer. */
function mayBeWanted({ byName, byCpe, byHash }: SearchPlan, text: string): boolean {
  const kind = text.charAt(0)
  if (kind !== 'p' && kind !== 'c' && kind !== 'f') return false
  const end = text.indexOf('\t', 2)
  const name = text.slice(2, end)
  if (name.includes('%')) return true
  if (kind === 'c') return byCpe.has(name)
  if (kind === 'f') return byHash.has(name)
  return byName.has(name) || text.includes('\tsrc=')
}
