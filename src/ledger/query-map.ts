/** Look-ups in the published maps (index.md 7), as answers bring them: verify/completeness-wire.ts has the shape. */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { parseCountedRoot } from '../map/counted-root.ts'
import type { MapPair } from '../map/mpt.ts'
import { proveConsistency } from '../tlog/consistency.ts'
import type { AsOf } from '../verify/answer.ts'
import type { MapProofs, MapRootProof, PostingsOfKey } from '../verify/completeness-wire.ts'
import { MAX_LOOKUP_POSTINGS } from './limits.ts'
import type { ProofsAsked } from './map-proofs.ts'
import type { Pause } from './pauses.ts'
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

export interface ReadLists {
  readonly read: ReadPostings
  /** Called between keys. */
  readonly pause: Pause
}

/**
 * @param size of the checkpoint that the answer rests on
 * @throws Fault `too-large` (`lookup-too-large`) if the lists that are wanted are too long together
 */
export async function mapProofs(
  { root, prefixes, keys }: MapAnswer,
  wanted: Pick<MapAsked, 'postings'>,
  { read, pause }: ReadLists,
  log: { readonly store: LogStore; readonly size: TreeSize },
): Promise<MapProofs> {
  const present = keys.flatMap(({ key, value, proof }) =>
    value === undefined ? [] : [{ key, value, proof }],
  )
  const absent = keys.filter(({ value }) => value === undefined)
  await checkLength([...prefixes.flatMap(({ pairs }) => pairs), ...present], wanted, pause)
  const valueOf = async ({ key, value }: MapPair): Promise<PostingsOfKey> => {
    await pause()
    return { ...countOf(value), ...(wanted.postings(key) ? { postings: await read(key, root.size) } : {}) }
  }
  return {
    map: await mapRootProof(root, log),
    prefixes: await eachInOrder(prefixes, async ({ prefix, pairs, proof }) => ({
      prefix: formatBase64(prefix),
      keys: await eachInOrder(pairs, async (pair) => ({
        rest: formatBase64(pair.key.subarray(prefix.length)),
        ...(await valueOf(pair)),
      })),
      proof: formatBase64(proof),
    })),
    keys: await eachInOrder(present, async (one) => ({
      key: formatBase64(one.key),
      ...(await valueOf(one)),
      proof: formatBase64(one.proof),
    })),
    absent: await eachInOrder(absent, async ({ key, proof }) => {
      await pause()
      return { key: formatBase64(key), proof: formatBase64(proof) }
    }),
  }
}

/** Before any list is read. */
async function checkLength(
  pairs: readonly MapPair[],
  { postings }: Pick<MapAsked, 'postings'>,
  pause: Pause,
): Promise<void> {
  let entries = 0
  for (const { key, value } of pairs) {
    await pause()
    if (postings(key)) entries += parseCountedRoot(value).size
  }
  if (entries <= MAX_LOOKUP_POSTINGS) return
  throw new Fault(
    'lookup-too-large',
    `map: expected at most ${MAX_LOOKUP_POSTINGS} entries under the keys together, there are ${entries}`,
    { hint: 'Ask for fewer keys, or for their counts alone.' },
  )
}

/** One after the other: begun at once, none of them would give way. */
async function eachInOrder<From, To>(
  list: readonly From[],
  make: (one: From) => Promise<To>,
): Promise<readonly To[]> {
  const made: To[] = []
  for (const one of list) made.push(await make(one))
  return made
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
