/**
 * Inclusion proofs (RFC 9162 2.1.3, C2SP tlog-proof): an entry is in the tree at an index.
 *
 * A proof is the hashes of the siblings on the way from the leaf to the root. The prover plans it by the
 * recursion that defines it, the checker climbs by RFC 9162 2.1.3.2, so each holds the other to account.
 * That size and root belong together is the checkpoint's word (checkpoint.ts): a proof alone does not bind the size.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import type { HashReader } from './node.ts'
import { foldHashes, spanPlaces, splitPoint, type Span } from './span.ts'
import { HASH_BYTES, nodeHash } from './tree-hash.ts'

/** The siblings from the leaf to the root. */
function inclusionSpans(index: LogIndex, size: TreeSize): Span[] {
  if (index >= size)
    throw new Fault('out-of-range', `inclusion proof: expected an index below ${size}, got ${index}`)
  const spans: Span[] = []
  let from = 0
  let to: number = size
  while (to - from > 1) {
    const middle = from + splitPoint(to - from)
    const isLeft = index < middle
    spans.push(isLeft ? { from: middle, to } : { from, to: middle })
    if (isLeft) to = middle
    else from = middle
  }
  return spans.reverse()
}

/** The proof of one entry, 32 bytes each, leaf to root. */
export type InclusionProver = (index: LogIndex) => Promise<readonly Uint8Array[]>

/**
 * Proves that entries are in the tree of that size. Proofs have many siblings in common, those of neighbours most of them:
 * each is read and folded once and then kept, so make one prover for each answer.
 *
 * @throws Fault `malformed` (`out-of-range`) unless index < size; whatever `read` throws
 */
export function inclusionProver(size: TreeSize, read: HashReader): InclusionProver {
  const siblings = new Map<string, Promise<Uint8Array>>()
  const siblingOf = (span: Span): Promise<Uint8Array> => {
    const name = `${span.from}-${span.to}`
    const known = siblings.get(name)
    if (known !== undefined) return known
    const folded = read(spanPlaces(span)).then(foldHashes)
    siblings.set(name, folded)
    return folded
  }
  return async (index) => Promise.all(inclusionSpans(index, size).map(siblingOf))
}

export interface InclusionClaim {
  /** 32 bytes. */
  readonly leafHash: Uint8Array
  readonly index: LogIndex
  readonly size: TreeSize
}

/**
 * The root of the tree of that size in which the claim holds by this proof, 32 bytes.
 * @throws Fault `bad-proof` (`inclusion-proof-invalid`) if the proof has another shape than index and size say.
 */
export function rootFromInclusion(claim: InclusionClaim, proof: readonly Uint8Array[]): Uint8Array {
  checkShape(claim, proof)
  let root = claim.leafHash
  // The node climbed to, and the last node of its level.
  let at: number = claim.index
  let last: number = claim.size - 1
  for (const sibling of proof) {
    if (last === 0) throw wrongLength(claim, proof)
    if (at % 2 === 1 || at === last) {
      root = nodeHash(sibling, root)
      // A last node without a right sibling is the same node on every level up to where it is a right one.
      while (at % 2 === 0 && at !== 0) {
        at /= 2
        last = Math.floor(last / 2)
      }
    } else {
      root = nodeHash(root, sibling)
    }
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  if (last !== 0) throw wrongLength(claim, proof)
  return root
}

function checkShape({ leafHash, index, size }: InclusionClaim, proof: readonly Uint8Array[]): void {
  if (index >= size) {
    throw new Fault(
      'inclusion-proof-invalid',
      `inclusion proof: expected an index below ${size}, got ${index}`,
    )
  }
  for (const hash of [leafHash, ...proof]) {
    if (hash.length !== HASH_BYTES) {
      throw new Fault(
        'inclusion-proof-invalid',
        `inclusion proof: expected hashes of 32 bytes, got ${hash.length}`,
      )
    }
  }
}

function wrongLength({ index, size }: InclusionClaim, proof: readonly Uint8Array[]): Fault {
  return new Fault(
    'inclusion-proof-invalid',
    `inclusion proof: expected the hashes for entry ${index} of ${size}, got ${proof.length} hashes`,
  )
}

/**
 * The entry with this leaf hash is at `index` in the tree with that size and root.
 * @throws Fault `bad-proof` (`inclusion-proof-invalid`) if the proof does not show that.
 */
export function checkInclusion(
  claim: InclusionClaim & { readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): void {
  if (!equalBytes(rootFromInclusion(claim, proof), claim.root)) {
    throw new Fault(
      'inclusion-proof-invalid',
      `inclusion proof: entry ${claim.index} of ${claim.size}: expected the tree's root, got another`,
    )
  }
}
