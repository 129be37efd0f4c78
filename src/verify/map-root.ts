/**
 * The published root of a map (index.md 6): from the newest entry of the map's output log to "of the first S entries of the log, this is
 * the map".
 *
 * Proven: that the log's key signed this, in a log that anyone can read and replay. Not proven here: that the root is right, which is what
 * auditors are for; and that no newer root is published: S and the log's size say how old this one is, and who pins output logs sees a
 * server go back.
 */
import { logIndex, type LogIndex, type TreeSize } from '../brand.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { outputLogKey, parsePublishedRoot, type MapName, type PublishedRoot } from '../map/output-log.ts'
import { openCheckpoint, type Checkpoint } from '../tlog/checkpoint.ts'
import { checkConsistency } from '../tlog/consistency.ts'
import { checkInclusion } from '../tlog/inclusion.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { asBadProof } from './bad-proof.ts'
import type { MapRootProof } from './completeness-wire.ts'
import { parseHashes } from './proven-entry.ts'

/** The log at hand: its key, and a checkpoint that was checked. */
export interface KnownLog {
  readonly key: VerifierKey
  readonly checkpoint: Checkpoint
  /** @default published roots need not be cosigned */
  readonly cosigned?: CosignedCheck | undefined
}

/** Who cosigned a published root, as far as the reader asks for it. */
export interface Cosigned {
  /** The witnessed time, RFC 3339 UTC: enough of them had seen no newer root by then. */
  readonly at: string
  /** Names in the signatures. */
  readonly by: readonly string[]
  /** The same for a reader, with the age. */
  readonly sentence: string
}

/**
 * Whoever asks for cosignatures hands one over (cosigned.ts).
 *
 * @param note of the output log; undefined where an answer shows no published root
 * @throws Fault `unproven` (`not-cosigned`) if it is not enough; `bad-proof` (`checkpoint-signature-invalid`)
 */
export type CosignedCheck = (map: MapName, note: string | undefined) => Cosigned

export interface CheckedMapRoot {
  readonly map: MapName
  /** 32 bytes. */
  readonly root: Uint8Array
  /** The map is of the entries below. */
  readonly size: TreeSize
  /** Of the output log: whoever remembers its last one can ask that this continues it. */
  readonly published: Checkpoint
  /** Absent where nobody asks for it. */
  readonly cosigned?: Cosigned
}

/**
 * @param place of an older root in the output log; else it has to be the current one
 * @throws Fault `bad-proof` (`checkpoint-signature-invalid`, `inclusion-proof-invalid`, `consistency-proof-invalid`, `map-proof-invalid`)
 * @throws as `log.cosigned`
 */
export function checkMapRoot(
  map: MapName,
  proof: MapRootProof,
  log: KnownLog,
  place?: LogIndex,
): CheckedMapRoot {
  const subject = `${map} map`
  const published = openSigned(`${subject}: output log`, proof.checkpoint, outputLogKey(log.key, map))
  checkPublished(subject, proof, published, place)
  const { root, checkpoint } = parseEntry(subject, proof.entry)
  const input = openSigned(`${subject}: input checkpoint`, checkpoint, log.key)
  checkSameLog(subject, proof, input, log.checkpoint)
  const cosigned = log.cosigned?.(map, proof.checkpoint)
  return { map, root, size: input.size, published, ...(cosigned && { cosigned }) }
}

/**
 * Everything is signed by a key that the reader trusts already: a note by another is no other log, but a wrong proof.
 *
 * @throws Fault `bad-proof` (`checkpoint-signature-invalid`)
 */
export function openSigned(subject: string, note: string, key: VerifierKey): Checkpoint {
  try {
    return openCheckpoint(note, key)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Fault('checkpoint-signature-invalid', `${subject}: ${cause.message}`, { cause })
  }
}

/** The current root is the last entry: any other is an older one. */
function checkPublished(
  subject: string,
  { entry, inclusion }: MapRootProof,
  { size, root }: Checkpoint,
  place: LogIndex | undefined,
): void {
  if (size === 0)
    throw new Fault('map-proof-invalid', `${subject}: expected a published root, got an empty log`)
  const index = place ?? logIndex(size - 1)
  const claim = { leafHash: leafHash(utf8(entry)), index, size, root }
  asBadProof('inclusion-proof-invalid', `${subject}: entry ${index} of its output log`, () =>
    checkInclusion(claim, parseHashes(inclusion)),
  )
}

function parseEntry(subject: string, entry: string): PublishedRoot {
  return asBadProof('map-proof-invalid', subject, () => parsePublishedRoot(entry))
}

/** Both checkpoints are of one history, whichever is the older. */
function checkSameLog(subject: string, proof: MapRootProof, input: Checkpoint, known: Checkpoint): void {
  const [older, newer] = input.size <= known.size ? [input, known] : [known, input]
  const claim = { oldSize: older.size, oldRoot: older.root, size: newer.size, root: newer.root }
  asBadProof('consistency-proof-invalid', `${subject}: input checkpoint`, () =>
    checkConsistency(claim, parseHashes(proof.consistency, 'consistency')),
  )
}
