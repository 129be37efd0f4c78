/**
 * The tree over a manifest's lines: an SBOM lists this, or does not (index.md 3).
 *
 *     leaf = SHA-256(00 ‖ line)       without a newline; sorted by bytes, each line once
 *     value of key `m` = count ‖ RFC 6962 root (counted-root.ts)
 *
 * Lines that stand together have one range proof. Absence is shown by the lines at both sides of the place where such a
 * line would stand, which holds only if the manifest is sorted: auditors check that, and so does whoever takes the
 * whole of it.
 */
import { treeSize } from '../brand.ts'
import { compareBytes, concatBytes, equalBytes } from '../encoding/bytes.ts'
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

/**
 * @param leaves of the lines, for who has them already
 * @throws Fault `malformed` (`out-of-range`) unless from < to ≤ the number of lines.
 */
export function proveLines(
  lines: readonly Uint8Array[],
  from: number,
  to: number,
  leaves: readonly Uint8Array[] = lines.map(leafHash),
): ProvenLines {
  const size = treeSize(lines.length)
  const hashes = rangePlaces({ from, to }, size).map(({ level, index }) => {
    const width = 2 ** level
    return edgeRoot(appendLeaves(emptyEdge, leaves.slice(index * width, (index + 1) * width)))
  })
  return { from, lines: lines.slice(from, to), proof: foldRange({ from, to }, size, hashes) }
}

/**
 * The lines at both sides of the place where lines with these first fields would stand: two, one at either end, none of
 * an empty manifest. `fields` is a whole line or its beginning up to a TAB, such as kind TAB name. A line that has them
 * is a mistake of the caller.
 */
export function proveNoLine(lines: readonly Uint8Array[], fields: Uint8Array): ProvenLines {
  if (lines.some((line) => hasFields(line, fields))) throw new Error('manifest: such a line is there')
  if (lines.length === 0) return { from: 0, lines: [], proof: [] }
  const before = lines.filter((line) => isBefore(line, fields)).length
  const after = lines.findIndex((line) => isAfter(line, fields))
  return proveLines(lines, Math.max(0, before - 1), after === -1 ? lines.length : after + 1)
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
 * No line of the manifest has these first fields, if it is sorted.
 * @throws Fault `bad-proof` (`map-proof-invalid`, `inclusion-proof-invalid`)
 */
export function checkNoLine(manifest: CountedRoot, fields: Uint8Array, proven: ProvenLines): void {
  const { from, lines } = proven
  if (lines.length === 0) return checkManifest(manifest, [])
  checkLines(manifest, proven)
  if (lines.some((line) => hasFields(line, fields))) throw invalid('no line with these fields', 'one')
  const isFirstBefore = lines.slice(0, 1).some((line) => isBefore(line, fields))
  const isLastAfter = lines.slice(-1).some((line) => isAfter(line, fields))
  if (!isFirstBefore && from !== 0) throw invalid('a line before the fields', 'none')
  if (!isLastAfter && from + lines.length !== manifest.size) throw invalid('a line after the fields', 'none')
}

const TAB = 0x09

/** The line is these fields, or continues them with a TAB. */
function hasFields(line: Uint8Array, fields: Uint8Array): boolean {
  const isContinued = line.length === fields.length || line[fields.length] === TAB
  return isContinued && equalBytes(line.subarray(0, fields.length), fields)
}

/** Before all lines that have the fields. */
function isBefore(line: Uint8Array, fields: Uint8Array): boolean {
  return compareBytes(line, fields) < 0
}

/** After all lines that have the fields. */
function isAfter(line: Uint8Array, fields: Uint8Array): boolean {
  return compareBytes(line, concatBytes(fields, Uint8Array.of(TAB + 1))) >= 0
}

function checkSorted(lines: readonly Uint8Array[]): void {
  if (lines.every((line, i) => i === 0 || compareBytes(lines[i - 1] ?? line, line) < 0)) return
  throw invalid('lines sorted by bytes, each once', 'another order')
}

function invalid(expected: string, got: string): Fault {
  return new Fault('map-proof-invalid', `manifest: expected ${expected}, got ${got}`)
}
