/**
 * TransparencyLogEntry (protobuf-specs; formats.md B/2.5): an entry with its proof, as Rekor v2 and Sigstore
 * bundles write it. 64-bit numbers are JSON strings, bytes base64.
 *
 * Our own answers have another shape (verify/answer.ts); proofs are made in tlog/.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { API_VERSION, KIND } from './hashed-rekord.ts'

export interface TransparencyLogEntry {
  readonly index: LogIndex
  /** 32 bytes: the whole hash of which a note's key id is the beginning. */
  readonly logId: Uint8Array
  /** The leaf bytes. */
  readonly entry: Uint8Array
  /** Leaf to root. */
  readonly inclusion: readonly Uint8Array[]
  /** Of the checkpoint: clients compare both with it. */
  readonly size: TreeSize
  readonly root: Uint8Array
  /** The whole signed note. */
  readonly checkpoint: string
}

/** The JSON value, as protojson writes it with unpopulated fields. */
export function formatTransparencyLogEntry(logged: TransparencyLogEntry): JsonObject {
  return {
    logIndex: String(logged.index),
    logId: { keyId: formatBase64(logged.logId) },
    kindVersion: { kind: KIND, version: API_VERSION },
    // Any other time, or a promise, makes clients take this for Rekor v1.
    integratedTime: '0',
    inclusionPromise: null,
    inclusionProof: {
      logIndex: String(logged.index),
      rootHash: formatBase64(logged.root),
      treeSize: String(logged.size),
      hashes: logged.inclusion.map(formatBase64),
      checkpoint: { envelope: logged.checkpoint },
    },
    canonicalizedBody: formatBase64(logged.entry),
  }
}
