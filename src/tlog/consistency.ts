/**
 * Consistency proofs (RFC 9162 2.1.4): an older tree is the beginning of a newer one, so nothing was changed
 * or taken away in between.
 *
 * The prover plans by the recursion that defines the proof, the checker climbs by RFC 9162 2.1.4.2.
 */
import type { TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import type { HashReader, NodePlace } from './node.ts'
import { foldSpans, spanPlaces, splitPoint, type Span } from './span.ts'
import { emptyRoot, HASH_BYTES, nodeHash } from './tree-hash.ts'

/** The spans of the proof, deepest first; none where there is nothing to prove (old size 0, or equal sizes). */
function consistencySpans(oldSize: TreeSize, size: TreeSize): Span[] {
  if (oldSize > size) {
    throw new Fault(
      'out-of-range',
      `consistency proof: expected an old size of at most ${size}, got ${oldSize}`,
    )
  }
  if (oldSize === 0) return []
  const spans: Span[] = []
  let from = 0
  let to: number = size
  while (oldSize < to) {
    const middle = from + splitPoint(to - from)
    const isLeft = oldSize <= middle
    spans.push(isLeft ? { from: middle, to } : { from, to: middle })
    if (isLeft) to = middle
    else from = middle
  }
  // If the old tree is itself a node of the new one, its root is known to the checker and left out.
  if (from > 0) spans.push({ from, to })
  return spans.reverse()
}

/**
 * Which hashes a proof is made of.
 * @throws Fault `malformed` (`out-of-range`) unless oldSize ≤ size.
 */
export function consistencyPlaces(oldSize: TreeSize, size: TreeSize): NodePlace[] {
  return consistencySpans(oldSize, size).flatMap(spanPlaces)
}

/** The proof, 32 bytes each, from the hashes of `consistencyPlaces` in their order. */
export function foldConsistency(
  oldSize: TreeSize,
  size: TreeSize,
  hashes: readonly Uint8Array[],
): Uint8Array[] {
  return foldSpans(consistencySpans(oldSize, size), hashes)
}

/**
 * The proof, read at once.
 * @throws Fault `malformed` (`out-of-range`) unless oldSize ≤ size; whatever `read` throws.
 */
export async function proveConsistency(
  oldSize: TreeSize,
  size: TreeSize,
  read: HashReader,
): Promise<Uint8Array[]> {
  return foldConsistency(oldSize, size, await read(consistencyPlaces(oldSize, size)))
}

export interface ConsistencyClaim {
  readonly oldSize: TreeSize
  /** 32 bytes. */
  readonly oldRoot: Uint8Array
  readonly size: TreeSize
  /** 32 bytes. */
  readonly root: Uint8Array
}

/**
 * The old tree is the beginning of the new one.
 * @throws Fault `bad-proof` (`consistency-proof-invalid`) if the proof does not show that.
 */
export function checkConsistency(claim: ConsistencyClaim, proof: readonly Uint8Array[]): void {
  const { oldSize, oldRoot, size, root } = claim
  checkShape(claim, proof)
  if (oldSize === 0 || oldSize === size) {
    // Every tree begins with the empty one, and with itself: nothing to prove, so nothing may be sent.
    if (proof.length !== 0) throw invalid(claim, `expected no hashes, got ${proof.length}`)
    if (oldSize === size && !equalBytes(oldRoot, root))
      throw invalid(claim, 'expected one root for one size, got two')
    return
  }
  const roots = climb(claim, isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof)
  if (!equalBytes(roots.old, oldRoot)) throw invalid(claim, 'expected the old root, got another')
  if (!equalBytes(roots.new, root)) throw invalid(claim, 'expected the new root, got another')
}

function checkShape(claim: ConsistencyClaim, proof: readonly Uint8Array[]): void {
  const { oldSize, oldRoot, size, root } = claim
  if (oldSize > size) throw invalid(claim, `expected an old size of at most ${size}, got ${oldSize}`)
  for (const hash of [oldRoot, root, ...proof]) {
    if (hash.length !== HASH_BYTES) throw invalid(claim, `expected hashes of 32 bytes, got ${hash.length}`)
  }
  if (oldSize === 0 && !equalBytes(oldRoot, emptyRoot))
    throw invalid(claim, 'expected the empty root for size 0')
  if (size === 0 && !equalBytes(root, emptyRoot)) throw invalid(claim, 'expected the empty root for size 0')
}

function isPowerOfTwo(n: number): boolean {
  return n === 1 || splitPoint(n) * 2 === n
}

/** RFC 9162 2.1.4.2, steps 4 to 6: both roots, as far as the path decides them. */
function climb(claim: ConsistencyClaim, path: readonly Uint8Array[]): { old: Uint8Array; new: Uint8Array } {
  const [start, ...rest] = path
  // The last node of the old tree, and of the new one, on the level climbed to.
  let at: number = claim.oldSize - 1
  let last: number = claim.size - 1
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  if (start === undefined) throw invalid(claim, 'expected hashes, got none')
  let roots = { old: start, new: start }
  for (const hash of rest) {
    if (last === 0) throw invalid(claim, `expected fewer hashes, got ${path.length}`)
    if (at % 2 === 1 || at === last) {
      roots = { old: nodeHash(hash, roots.old), new: nodeHash(hash, roots.new) }
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      roots = { old: roots.old, new: nodeHash(roots.new, hash) }
    }
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) throw invalid(claim, `expected more hashes, got ${path.length}`)
  return roots
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function invalid({ oldSize, size }: ConsistencyClaim, what: string): Fault {
  return new Fault('consistency-proof-invalid', `consistency proof from ${oldSize} to ${size}: ${what}`)
}
