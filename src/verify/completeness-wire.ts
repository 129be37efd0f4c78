/**
 * How an answer brings the proof that nothing was left out (index.md 7), as JSON: the member `complete`.
 *
 *     {"components": {"map": {"checkpoint": note, "entry": "<map root, hex>\n<note>", "inclusion": [hash], "consistency": [hash]},
 *                     "prefixes": [{"prefix": base64, "keys": [{"rest": base64, "n": 2, "root": hash, "postings": [4, 17]}], "proof": base64}],
 *                     "keys": [{"key": base64, "n": 1, "root": hash, "postings": [9], "proof": base64}],
 *                     "absent": [{"key": base64, "proof": base64}]},
 *      "status": … the same of the status map …,
 *      "manifests": {"17": [{"from": 0, "lines": ["k\tsha256:…\t"], "proof": [hash]}]}}
 *
 * Hashes are 32 bytes in base64. `n` and `root` are the value of a key: how many entries are found under it, and the root over them;
 * `postings` lists these entries, all of them and as they stand in the map, where the question needs them. Nothing is checked here but
 * the shape: that is map-root.ts, complete-keys.ts, and what follows from them. Schema: schema/completeness.schema.json.
 */
import type { LogIndex } from '../brand.ts'
import { anIndex, anIndexName, count, listOf, objectOf, tableOf, text } from './shape.ts'

export interface Completeness {
  /** Absent where only the status is asked for. */
  readonly components?: MapProofs
  readonly status: MapProofs
  /**
   * By decimal log index: what an entry states, where its envelope is not part of the answer. The root of the manifest is the value of
   * the entry's key `m` in the component map.
   */
  readonly manifests?: Readonly<Record<string, readonly LinesProof[]>>
}

/** Keys of one map, with the map's root as it was published. */
export interface MapProofs {
  readonly map: MapRootProof
  /** Each: all keys that have a prefix. A map of few keys is sent as a whole: its prefix is empty. */
  readonly prefixes: readonly KeysUnder[]
  readonly keys: readonly ProvenKey[]
  readonly absent: readonly AbsentKey[]
}

/** The last entry of the map's output log, and how its input checkpoint follows from the answer's, or the other way round. */
export interface MapRootProof {
  /** The output log's newest signed checkpoint. */
  readonly checkpoint: string
  /** The text of its last entry: the map's root in hex, a line feed, and the signed checkpoint of the input log. */
  readonly entry: string
  /** That it is the last: leaf to root. */
  readonly inclusion: readonly string[]
  /** Between the checkpoint in the entry and `asOf.checkpoint`, from the smaller to the larger; none if they are of one size. */
  readonly consistency: readonly string[]
}

/** The value of a key, and what is behind it. */
export interface PostingsOfKey {
  /** How many entries, now. */
  readonly n: number
  /** Over the leaves of the postings. */
  readonly root: string
  /** All `n`, ascending; absent where the question does not need them. */
  readonly postings?: readonly LogIndex[]
}

export interface KeysUnder {
  /** Base64; empty for the whole map. */
  readonly prefix: string
  /** In the map's order. `rest`, base64, follows the prefix in the key. */
  readonly keys: readonly (PostingsOfKey & { readonly rest: string })[]
  /** For `checkAllUnder`. */
  readonly proof: string
}

export interface ProvenKey extends PostingsOfKey {
  readonly key: string
  /** For `checkPresent`. */
  readonly proof: string
}

export interface AbsentKey {
  readonly key: string
  /** For `checkAbsent`. */
  readonly proof: string
}

/** Lines of a manifest that stand next to each other. */
export interface LinesProof {
  /** The place of the first. */
  readonly from: number
  /** Without line feeds. */
  readonly lines: readonly string[]
  /** For `checkLines`. */
  readonly proof: readonly string[]
}

const mapRootProof = objectOf<MapRootProof>({
  checkpoint: text,
  entry: text,
  inclusion: listOf(text),
  consistency: listOf(text),
})

const postings = { postings: listOf(anIndex) }
const value = { n: count, root: text }
const keyUnder = objectOf<KeysUnder['keys'][number]>({ rest: text, ...value }, postings)
const provenKey = objectOf<ProvenKey>({ key: text, ...value, proof: text }, postings)
const keysUnder = objectOf<KeysUnder>({ prefix: text, keys: listOf(keyUnder), proof: text })
const absentKey = objectOf<AbsentKey>({ key: text, proof: text })

/** Of one map; a look-up in it answers the same beside its `asOf`. */
export const mapProofsFields = {
  map: mapRootProof,
  prefixes: listOf(keysUnder),
  keys: listOf(provenKey),
  absent: listOf(absentKey),
}

export const mapProofs = objectOf<MapProofs>(mapProofsFields)

const linesProof = objectOf<LinesProof>({ from: count, lines: listOf(text), proof: listOf(text) })

export const completeness = objectOf<Completeness>(
  { status: mapProofs },
  {
    components: mapProofs,
    manifests: tableOf(anIndexName, listOf(linesProof)),
  },
)
