/**
 * That several leaves, wherever they stand, are in the tree at their places: one proof for all of them.
 *
 * A proof is the hashes of the largest nodes that hold none of the leaves, from left to right. Neighbours share all of them but a few, so
 * that a hundred thousand leaves in a row need some dozen hashes, and a hundred thousand in a million three each instead of twenty.
 * A range proof (range.ts) is that of neighbours. Prover and checker walk the same recursion; the size has to be known from elsewhere.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { createGrowingBytes } from '../encoding/growing-bytes.ts'
import { inPieces } from '../encoding/pieces.ts'
import { Fault } from '../errors.ts'
import type { HashReader } from './node.ts'
import { foldSpans, spanPlaces, splitPoint, type Span } from './span.ts'
import { HASH_BYTES, nodeHash } from './tree-hash.ts'

/** The nodes that hold none of the leaves, from left to right. `indexes` ascend, each once. */
function* spansBeside(indexes: readonly LogIndex[], size: TreeSize): Generator<Span> {
  yield* spansIn({ from: 0, to: size }, indexes, { from: 0, to: indexes.length })
}

/** @param held which of the indexes are in the node */
function* spansIn(node: Span, indexes: readonly LogIndex[], held: Span): Generator<Span> {
  if (held.from === held.to) return yield node
  if (node.to - node.from === 1) return
  const { left, right, middle } = split(node, indexes, held)
  yield* spansIn({ from: node.from, to: middle }, indexes, left)
  yield* spansIn({ from: middle, to: node.to }, indexes, right)
}

function split(
  node: Span,
  indexes: readonly LogIndex[],
  held: Span,
): { readonly middle: number; readonly left: Span; readonly right: Span } {
  const middle = node.from + splitPoint(node.to - node.from)
  let [low, high] = [held.from, held.to]
  while (low < high) {
    const at = Math.floor((low + high) / 2)
    if ((indexes[at] as number) < middle) low = at + 1
    else high = at
  }
  return { middle, left: { from: held.from, to: low }, right: { from: low, to: held.to } }
}

/** Nodes whose hashes are read at once: of a reader each, so that tiles of a long log are not all held. */
const SPANS_AT_ONCE = 4_096

/** A leaf has no more nodes beside it on its way to the root: sizes are below 2^53. */
const MOST_BESIDE = 53

/**
 * The proof, 32 bytes for each node, joined.
 *
 * @param reader called for some thousand nodes at a time
 * @throws Fault `malformed` (`out-of-range`) unless the indexes ascend and are below the size; whatever reading throws
 */
export async function proveSeveral(
  indexes: readonly LogIndex[],
  size: TreeSize,
  reader: () => HashReader,
): Promise<Uint8Array> {
  if (!areWithin(indexes, size))
    throw new Fault('out-of-range', `proof of several: expected ascending indexes below ${size}, got others`)
  const proof = createGrowingBytes(HASH_BYTES * Math.min(size, MOST_BESIDE * (indexes.length + 1)))
  for (const spans of inPieces(spansBeside(indexes, size), SPANS_AT_ONCE))
    for (const hash of foldSpans(spans, await reader()(spans.flatMap(spanPlaces)))) proof.append(hash)
  return proof.take()
}

export interface SeveralClaim {
  /** Ascending, each once. */
  readonly indexes: readonly LogIndex[]
  /** Of the leaves there, 32 bytes each. */
  readonly leafHashes: readonly Uint8Array[]
  readonly size: TreeSize
}

/**
 * The root of the tree of that size in which the leaves stand there by this proof, 32 bytes.
 *
 * @throws Fault `bad-proof` (`inclusion-proof-invalid`) if the proof has another shape than indexes and size say.
 */
export function rootFromSeveral(claim: SeveralClaim, proof: Uint8Array): Uint8Array {
  const { indexes, leafHashes, size } = claim
  if (size === 0 || !areWithin(indexes, size)) throw invalid(`ascending indexes below ${size}`, 'others')
  if (leafHashes.length !== indexes.length) throw invalid(`${indexes.length} leaves`, `${leafHashes.length}`)
  const [leaves, beside] = [leafHashes.values(), hashesIn(proof)]
  const hashOf = (node: Span, held: Span): Uint8Array => {
    if (held.from === held.to) return taken(beside.next().value)
    if (node.to - node.from === 1) return taken(leaves.next().value)
    const { left, right, middle } = split(node, indexes, held)
    const first = hashOf({ from: node.from, to: middle }, left)
    return nodeHash(first, hashOf({ from: middle, to: node.to }, right))
  }
  const root = hashOf({ from: 0, to: size }, { from: 0, to: indexes.length })
  if (beside.next().done !== true) throw invalid('no more hashes', 'some')
  return root
}

function* hashesIn(proof: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < proof.length; at += HASH_BYTES) yield proof.subarray(at, at + HASH_BYTES)
}

function areWithin(indexes: readonly LogIndex[], size: TreeSize): boolean {
  return indexes.every((index, i) => index < size && (i === 0 || index > (indexes[i - 1] as number)))
}

function taken(hash: Uint8Array | undefined | void): Uint8Array {
  if (hash?.length === HASH_BYTES) return hash
  throw invalid('hashes of 32 bytes for all nodes', hash === undefined ? 'too few' : `${hash.length} bytes`)
}

function invalid(expected: string, got: string): Fault {
  return new Fault('inclusion-proof-invalid', `proof of several: expected ${expected}, got ${got}`)
}
