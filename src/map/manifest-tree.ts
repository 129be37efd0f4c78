/**
 * The tree over a manifest's lines: an SBOM lists this, or does not (index.md 3).
 *
 *     leaf = SHA-256(00 ‖ line)       without a newline; sorted by bytes, each line once
 *     value of key `m` = count ‖ RFC 6962 root (counted-root.ts)
 *
 * Lines that stand together have one range proof. Absence is shown by the lines at both sides of the place where the line would stand,
 * which holds only if the manifest is sorted: auditors check that, and so does whoever takes the whole of it.
 */
import { compareBytes, equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { foldRange, rangePlaces } from '../tlog/range.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../tlog/right-edge.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { checkAllLeaves, checkLeaves, countedRootOf, type CountedRoot } from './counted-root.ts'

/** Some lines of a manifest, from place `from` on, and that they stand there. */
export interface ProvenLines {
  readonly from: number
  /** UTF-8, without newlines. */
  readonly lines: readonly Uint8Array[]
  /** 32 bytes each; empty where `lines` is. */
  readonly proof: readonly Uint8Array[]
}

/** `lines` is sorted by bytes, and has each line once. */
export function manifestRoot(lines: readonly Uint8Array[]): CountedRoot {
  return countedRootOf(lines.map(leafHash))
}

/** @throws Fault `malformed` (`out-of-range`) unless from < to ≤ the number of lines. */
export function proveLines(lines: readonly Uint8Array[], from: number, to: number): ProvenLines {
  const leaves = lines.map(leafHash)
  const { size } = countedRootOf(leaves)
  const hashes = rangePlaces({ from, to }, size).map(({ level, index }) => {
    const width = 2 ** level
    return edgeRoot(appendLeaves(emptyEdge, leaves.slice(index * width, (index + 1) * width)))
  })
  return { from, lines: lines.slice(from, to), proof: foldRange({ from, to }, size, hashes) }
}

/** The lines at both sides of the place where `line` would stand: two, one at either end, none of an empty manifest. */
export function proveNoLine(lines: readonly Uint8Array[], line: Uint8Array): ProvenLines {
  const found = lines.findIndex((other) => compareBytes(other, line) >= 0)
  const at = found === -1 ? lines.length : found
  if (lines[at] !== undefined && equalBytes(lines[at], line)) throw new Error('manifest: the line is there')
  if (lines.length === 0) return { from: 0, lines: [], proof: [] }
  return proveLines(lines, Math.max(0, at - 1), Math.min(lines.length, at + 1))
}

/** These are all lines. @throws Fault `bad-proof` (`map-proof-invalid`), also if they are not sorted. */
export function checkManifest(manifest: CountedRoot, lines: readonly Uint8Array[]): void {
  checkSorted(lines)
  checkAllLeaves(manifest, lines.map(leafHash))
}

/**
 * The lines are in the manifest, at least one, and next to each other.
 * @throws Fault `bad-proof` (`map-proof-invalid`, `inclusion-proof-invalid`)
 */
export function checkLines(manifest: CountedRoot, { from, lines, proof }: ProvenLines): void {
  checkSorted(lines)
  checkLeaves(manifest, from, lines.map(leafHash), proof)
}

/**
 * The line is not in the manifest, if that is sorted.
 * @throws Fault `bad-proof` (`map-proof-invalid`, `inclusion-proof-invalid`)
 */
export function checkNoLine(manifest: CountedRoot, line: Uint8Array, proven: ProvenLines): void {
  if (proven.lines.length === 0) return checkManifest(manifest, [])
  checkLines(manifest, proven)
  const end = proven.from + proven.lines.length
  const before = proven.lines.filter((other) => compareBytes(other, line) < 0).length
  const after = proven.lines.filter((other) => compareBytes(other, line) > 0).length
  if (before + after !== proven.lines.length) throw invalid('a line that is not there', 'one that is')
  if (before === 0 && proven.from !== 0) throw invalid('a line before it', 'none')
  if (after === 0 && end !== manifest.size) throw invalid('a line after it', 'none')
}

function checkSorted(lines: readonly Uint8Array[]): void {
  if (lines.every((line, i) => i === 0 || compareBytes(lines[i - 1] ?? line, line) < 0)) return
  throw invalid('lines sorted by bytes, each once', 'another order')
}

function invalid(expected: string, got: string): Fault {
  return new Fault('map-proof-invalid', `manifest: expected ${expected}, got ${got}`)
}
