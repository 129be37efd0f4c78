/** The lines of a manifest that tell what rows rest on, with their proofs (verify/manifest-facts.ts says which they are). */
import { formatBase64 } from '../encoding/base64.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { proveLines } from '../map/manifest-tree.ts'
import type { LinesProof } from '../verify/completeness-wire.ts'
import { linesOf } from './manifest-root.ts'

/** A provenance, or a small SBOM: less than the proofs of parts of it. */
const FEW_LINES = 40

/** Kinds are a line's first letter: subjects, then what comes after them. */
const SUBJECT = 's'.charCodeAt(0)
const COMPONENT = 'p'.charCodeAt(0)

/** @param manifest as `formatManifest` writes it */
export function linesProving(manifest: Uint8Array): readonly LinesProof[] {
  const lines = linesOf(manifest)
  if (lines.length === 0) return []
  const first = lines.findIndex((line) => (line[0] ?? 0) >= SUBJECT)
  // Right before the subjects stands the last component, which shows that there are some.
  const isShort = lines.length <= FEW_LINES || first < 1 || lines[first - 1]?.[0] !== COMPONENT
  const { from, lines: some, proof } = proveLines(lines, isShort ? 0 : first - 1, lines.length)
  return [
    {
      from,
      lines: some.map((line) => parseUtf8(line, 'manifest')),
      proof: proof.map((hash) => formatBase64(hash)),
    },
  ]
}
