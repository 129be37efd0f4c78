/** Look-ups in the published maps (index.md 7), as answers bring them: verify/completeness-wire.ts has the shape. */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { parseCountedRoot } from '../map/counted-root.ts'
import type { MapPair } from '../map/mpt.ts'
import { proveConsistency } from '../tlog/consistency.ts'
import type { AsOf } from '../verify/answer.ts'
import type { MapProofs, MapRootProof, PostingsOfKey } from '../verify/completeness-wire.ts'
import type { ProofsAsked } from './map-proofs.ts'
import type { LogStore } from './ports.ts'
import { hashesOf } from './prove.ts'
import type { MapAnswer, MapRoot } from './published-maps.ts'

export interface MapAsked extends ProofsAsked {
  /** Whether the entries under the keys are wanted too; of keys alone, not of those under a prefix. */
  readonly postings: (key: Uint8Array) => boolean
}

export interface MapLookUp extends MapProofs {
  readonly asOf: AsOf
}

/** All entries below a size under a key. */
export type ReadPostings = (key: Uint8Array, size: TreeSize) => Promise<readonly LogIndex[]>

/** @param size of the checkpoint that the answer rests on */
export async function mapProofs(
  { root, prefixes, keys }: MapAnswer,
  wanted: Pick<MapAsked, 'postings'>,
  read: ReadPostings,
  log: { readonly store: LogStore; readonly size: TreeSize },
): Promise<MapProofs> {
  const valueOf = async ({ key, value }: MapPair): Promise<PostingsOfKey> => ({
    ...countOf(value),
    ...(wanted.postings(key) ? { postings: await read(key, root.size) } : {}),
  })
  const present = keys.flatMap(({ key, value, proof }) =>
    value === undefined ? [] : [{ key, value, proof }],
  )
  return {
    map: await mapRootProof(root, log),
    prefixes: await Promise.all(
      prefixes.map(async ({ prefix, pairs, proof }) => ({
        prefix: formatBase64(prefix),
        keys: await Promise.all(
          pairs.map(async (pair) => ({
            rest: formatBase64(pair.key.subarray(prefix.length)),
            ...(await valueOf(pair)),
          })),
        ),
        proof: formatBase64(proof),
      })),
    ),
    keys: await Promise.all(
      present.map(async (one) => ({
        key: formatBase64(one.key),
        ...(await valueOf(one)),
        proof: formatBase64(one.proof),
      })),
    ),
    absent: keys.flatMap(({ key, value, proof }) =>
      value === undefined ? [{ key: formatBase64(key), proof: formatBase64(proof) }] : [],
    ),
  }
}

function countOf(value: Uint8Array): PostingsOfKey {
  const { size, root } = parseCountedRoot(value)
  return { n: size, root: formatBase64(root) }
}

/** That the root is of the log whose checkpoint has this size, or of its beginning. */
async function mapRootProof(
  { size, checkpoint, entry, inclusion }: MapRoot,
  log: { readonly store: LogStore; readonly size: TreeSize },
): Promise<MapRootProof> {
  const [smaller, larger] = [Math.min(size, log.size), Math.max(size, log.size)].map(treeSize)
  if (smaller === undefined || larger === undefined) throw new Error('two sizes')
  const consistency = await proveConsistency(smaller, larger, hashesOf(log.store, larger))
  return {
    checkpoint,
    entry: parseUtf8(entry, 'output log entry'),
    inclusion: inclusion.map((hash) => formatBase64(hash)),
    consistency: consistency.map((hash) => formatBase64(hash)),
  }
}
