/**
 * Range proofs: neighbouring leaves are in the tree at their places (RFC 6962 2.1, for more than one leaf).
 *
 * A proof is the hashes of the largest nodes left and right of the range, from left to right: at most two for each
 * level. A range of one leaf is an inclusion proof in another order. Prover and checker walk the same recursion; the
 * size has to be known from elsewhere.
 */
import type { TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { HashReader, NodePlace } from './node.ts'
import { foldSpans, spanPlaces, splitPoint, type Span } from './span.ts'
import { HASH_BYTES, nodeHash } from './tree-hash.ts'

/** The nodes outside the range, from left to right. */
function outsideSpans(range: Span, size: TreeSize): Span[] {
  if (!isWithin(range, size)) {
    throw new Fault(
      'out-of-range',
      `range proof: expected a range within ${size}, got ${range.from} to ${range.to}`,
    )
  }
  return spansOutside(range, { from: 0, to: size })
}

function spansOutside(range: Span, node: Span): Span[] {
  if (node.to <= range.from || node.from >= range.to) return [node]
  if (node.from >= range.from && node.to <= range.to) return []
  const middle = node.from + splitPoint(node.to - node.from)
  return [
    ...spansOutside(range, { from: node.from, to: middle }),
    ...spansOutside(range, { from: middle, to: node.to }),
  ]
}

function isWithin({ from, to }: Span, size: TreeSize): boolean {
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to && to <= size
}

/**
 * Which hashes a proof is made of.
 * @throws Fault `malformed` (`out-of-range`) unless the range is within the size and not empty.
 */
export function rangePlaces(range: Span, size: TreeSize): NodePlace[] {
  return outsideSpans(range, size).flatMap(spanPlaces)
}

/** The proof, 32 bytes each, from the hashes of `rangePlaces` in their order. */
export function foldRange(range: Span, size: TreeSize, hashes: readonly Uint8Array[]): Uint8Array[] {
  return foldSpans(outsideSpans(range, size), hashes)
}

/** The proof, read at once. @throws Fault as `rangePlaces`; whatever `read` throws. */
export async function proveRange(range: Span, size: TreeSize, read: HashReader): Promise<Uint8Array[]> {
  return foldRange(range, size, await read(rangePlaces(range, size)))
}

export interface RangeClaim {
  /** Where the first leaf stands. */
  readonly from: number
  /** 32 bytes each, at least one. */
  readonly leafHashes: readonly Uint8Array[]
  readonly size: TreeSize
}

/**
 * The root of the tree of that size in which the leaves stand there by this proof, 32 bytes.
 * @throws Fault `bad-proof` (`inclusion-proof-invalid`) if the proof has another shape than range and size say.
 */
export function rootFromRange(claim: RangeClaim, proof: readonly Uint8Array[]): Uint8Array {
  const { from, leafHashes, size } = claim
  const range = { from, to: from + leafHashes.length }
  if (!isWithin(range, size)) throw invalid(`a range within ${size}`, `${from} to ${range.to}`)
  if ([...leafHashes, ...proof].some(({ length }) => length !== HASH_BYTES)) {
    throw invalid('hashes of 32 bytes', 'another length')
  }
  const outside = outsideSpans(range, size)
  if (outside.length !== proof.length) throw invalid(`${outside.length} hashes`, `${proof.length}`)
  const rest = proof.values()
  const hashOf = (node: Span): Uint8Array => {
    if (node.to <= range.from || node.from >= range.to) return taken(rest.next().value)
    if (node.to - node.from === 1) return taken(leafHashes[node.from - from])
    const middle = node.from + splitPoint(node.to - node.from)
    const left = hashOf({ from: node.from, to: middle })
    return nodeHash(left, hashOf({ from: middle, to: node.to }))
  }
  return hashOf({ from: 0, to: size })
}

function taken(hash: Uint8Array | undefined): Uint8Array {
  if (hash === undefined) throw new Error('range proof: a hash that was counted is missing')
  return hash
}

function invalid(expected: string, got: string): Fault {
  return new Fault('inclusion-proof-invalid', `range proof: expected ${expected}, got ${got}`)
}
