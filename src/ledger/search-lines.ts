/** The lines of an SBOM's manifest that a search rests on, with their proofs: verify/search-manifest.ts says which they are. */
import { componentKey } from '../map/keys.ts'
import type { ManifestLine } from '../sbom/manifest-line.ts'
import { originOf } from '../sbom/origin.ts'
import type { LinesProof } from '../verify/completeness-wire.ts'
import { hitOfKey, type ManifestHit } from '../verify/search-manifest.ts'
import type { SearchPlan } from '../verify/search-rows.ts'
import { linesProving } from './manifest-lines.ts'
import { linesOf } from './manifest-root.ts'
import { wantedLines } from './wanted-lines.ts'

/** A line's first letter. */
const VEX = 'v'.charCodeAt(0)

/** How images belong together changes what rows say; that it speaks as VEX of nothing has to be shown too. */
const ALWAYS: readonly ManifestHit[] = [{ kind: 'i' }, { kind: 'v' }]

/**
 * None if only what was signed tells what rows say of it.
 *
 * @param manifest as `formatManifest` writes it
 */
export function linesOfSearch(plan: SearchPlan, manifest: Uint8Array): readonly LinesProof[] {
  if (speaksAsVex(manifest)) return []
  const hits = wantedLines(plan, manifest).flatMap((line) => hitsOf(plan, line))
  const unique = new Map([...ALWAYS, ...hits].map((hit) => [`${hit.kind} ${hit.name ?? ''}`, hit]))
  return linesProving(manifest, [...unique.values()])
}

/** What it says of which component stands in no line. */
function speaksAsVex(manifest: Uint8Array): boolean {
  return linesOf(manifest).some((line) => line[0] === VEX)
}

function hitsOf({ byName }: SearchPlan, line: ManifestLine): readonly ManifestHit[] {
  const { kind, name, version } = line
  if (kind === 'n') return [{ kind }]
  if (kind !== 'p') return [{ kind, name }]
  const origin = originOf(line)
  return [
    ...(byName.has(name) ? [hitOfKey(componentKey(name, version))] : []),
    ...(byName.has(origin.name) && !(origin.name === name && origin.version === version) ? [{ kind }] : []),
  ]
}
