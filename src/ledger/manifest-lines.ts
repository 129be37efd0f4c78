/** The lines of a manifest that tell what rows rest on, with their proofs (verify/manifest-facts.ts says which they are). */
import { formatBase64 } from '../encoding/base64.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { proveLines } from '../map/manifest-tree.ts'
import { parseLine } from '../sbom/manifest-line.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import type { LinesProof } from '../verify/completeness-wire.ts'
import { placeBeside, type ManifestHit } from '../verify/search-manifest.ts'
import { linesOf } from './manifest-root.ts'

/** A provenance, or a small SBOM: less than the proofs of parts of it. */
const FEW_LINES = 40
/** So many lines between two parts are less than a proof of its own. */
const SMALL_GAP = 5

/** Kinds are a line's first letter: subjects, then what comes after them. */
const SUBJECT = 's'.charCodeAt(0)
const COMPONENT = 'p'.charCodeAt(0)

interface Part {
  readonly from: number
  readonly to: number
}

/**
 * @param manifest as `formatManifest` writes it
 * @param hits lines that are wanted besides, all there are of each
 */
export function linesProving(manifest: Uint8Array, hits: readonly ManifestHit[] = []): readonly LinesProof[] {
  const lines = linesOf(manifest)
  if (lines.length === 0) return []
  const first = lines.findIndex((line) => (line[0] ?? 0) >= SUBJECT)
  // Right before the subjects stands the last component, which shows that there are some.
  const isShort = lines.length <= FEW_LINES || first < 1 || lines[first - 1]?.[0] !== COMPONENT
  const factual = { from: isShort ? 0 : first - 1, to: lines.length }
  const leaves = lines.map(leafHash)
  return joined([factual, ...hits.map((hit) => partOf(lines, hit))]).map(({ from, to }) => {
    const { lines: some, proof } = proveLines(lines, from, to, leaves)
    return {
      from,
      lines: some.map((line) => parseUtf8(line, 'manifest')),
      proof: proof.map((hash) => formatBase64(hash)),
    }
  })
}

/** With the lines at both sides, which show that there are no others. */
function partOf(lines: readonly Uint8Array[], hit: ManifestHit): Part {
  const place = (at: number): number => placeBeside(parseLine(parseUtf8(lines[at] ?? new Uint8Array())), hit)
  const begin = firstWhere(lines.length, (at) => place(at) >= 0)
  const end = firstWhere(lines.length, (at) => place(at) > 0)
  return { from: Math.max(0, begin - 1), to: Math.min(lines.length, end + 1) }
}

/** The first place of which it holds, `length` if there is none; it holds of all after it. */
function firstWhere(length: number, holds: (at: number) => boolean): number {
  let [from, to] = [0, length]
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (holds(middle)) to = middle
    else from = middle + 1
  }
  return from
}

function joined(parts: readonly Part[]): readonly Part[] {
  const all: Part[] = []
  for (const part of parts.toSorted((a, b) => a.from - b.from)) {
    const before = all.at(-1)
    if (before === undefined || part.from > before.to + SMALL_GAP) all.push(part)
    else all[all.length - 1] = { from: before.from, to: Math.max(before.to, part.to) }
  }
  return all
}
