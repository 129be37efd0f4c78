/**
 * What a client asks of the maps: the newest checkpoint of an output log, look-ups with proofs, and manifests a range at a
 * time, as auditors want them. The output logs' tiles have paths of their own: `outputPath`.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { MAX_PAYLOAD_BYTES } from '../attestation/envelope.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { parseByteList } from '../encoding/byte-list.ts'
import { utf8, parseUtf8 } from '../encoding/utf8.ts'
import { outputLogKey, type MapName } from '../map/output-log.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import type { TileSource } from '../tlog/tile.ts'
import { formatTilePath } from '../tlog/tile.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { checkKeys, type CompleteKeys } from '../verify/complete-keys.ts'
import { mapLookUpAnswer, type MapLookUpAnswer } from '../verify/fraud-proof.ts'
import { checkMapRoot, type CheckedMapRoot } from '../verify/map-root.ts'
import { openTrustedCheckpoint } from '../verify/proven-entry.ts'
import { listOf, objectOf } from '../verify/shape.ts'
import { keptEntry, statusMapAnswer, type KeptEntry, type StatusMapAnswer } from '../verify/status-map.ts'
import type { Asker, CallOptions } from './asker.ts'
import { recall, remember } from './log-memory.ts'

const MAX_NOTE_BYTES = 1024 * 1024
/** Escaping makes three bytes of one; a server ends a list before a second one would make it longer than 4 MiB. */
const MAX_MANIFEST_LIST_BYTES = 3 * MAX_PAYLOAD_BYTES

/** The answer as it was served, and what its proofs show. */
export interface CheckedLookUp {
  readonly answer: MapLookUpAnswer
  readonly root: CheckedMapRoot
  readonly keys: CompleteKeys
}

export interface LookUpAsked {
  /** The map should be of that many entries, if that can be had at once. */
  readonly minSize?: TreeSize
  /** Auditors get some seconds to cosign the root first. @default false */
  readonly cosigned?: boolean
}

export interface MapQuestions {
  /**
   * The newest checkpoint of the map's output log; it continues every one that was seen before.
   *
   * @throws as `Client.checkpoint`
   */
  checkpoint(
    map: MapName,
    options?: CallOptions,
  ): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }>
  /**
   * Keys with all their entries, proven against a root of the map, whoever has cosigned it: auditors ask too.
   *
   * @throws Fault `bad-proof`
   */
  lookUp(
    map: MapName,
    keys: readonly Uint8Array[],
    options?: CallOptions & LookUpAsked,
  ): Promise<CheckedLookUp>
  /**
   * Hands in a checkpoint of an output log with an auditor's signature.
   *
   * @throws Fault with the server's reason: `untrusted` (`unknown-cosigner`), `bad-signature`, `not-recorded`, …
   */
  cosign(map: MapName, note: string, options?: CallOptions): Promise<void>
  /** The whole status map as served: `syncStatus` checks it. */
  statusMap(options?: CallOptions): Promise<StatusMapAnswer>
  /** Of these entries (at most 256), with what was signed, the first ones as served, one at least: nothing is proven. */
  entryList(indexes: readonly LogIndex[], options?: CallOptions): Promise<readonly KeptEntry[]>
  /**
   * The manifests of entries `from` … `to` − 1 (at most 256 of them), or of the first of these, as served: nothing is proven.
   *
   * @throws Fault `bad-proof` (`answer-malformed`) for anything but such a list
   */
  manifests(from: LogIndex, to: TreeSize, options?: CallOptions): Promise<readonly Uint8Array[]>
}

const entryListAnswer = objectOf<{ readonly entries: readonly KeptEntry[] }>({ entries: listOf(keptEntry) })

/** Where an output log is served, relative to the ledger: `index/status/`. */
export function outputPath(map: MapName): string {
  return `index/${map}/`
}

export function askMaps(asker: Asker): MapQuestions {
  return {
    checkpoint: (map, options = {}) => askCheckpoint(asker, map, options),
    lookUp: (map, keys, options = {}) => lookUp(asker, map, keys, options),
    statusMap: (options = {}) =>
      seeOutputLog(
        asker,
        'status',
        options,
        () => {
          const proof = asker.trust.cosigned === undefined ? '' : '?proof=cosigned'
          return asker.ask(`${outputPath('status')}map${proof}`, statusMapAnswer, options)
        },
        ({ status }) => status.map.checkpoint,
      ),
    entryList: async (indexes, options = {}) => {
      const body = utf8(JSON.stringify({ entries: indexes }))
      const path = `${outputPath('status')}entries`
      const { entries } = await asker.askUnproven(path, entryListAnswer, options, { body })
      return entries
    },
    cosign: async (map, note, options = {}) => {
      const wanted = { ...options, accept: 'application/json', maxBytes: MAX_NOTE_BYTES }
      const body = utf8(JSON.stringify({ checkpoint: note }))
      await asker.get(`${outputPath(map)}cosignatures`, { ...wanted, body })
    },
    manifests: async (from, to, options = {}) => {
      const { bytes } = await asker.get(`ledger/v1/manifests?from=${from}&to=${to}`, {
        ...options,
        accept: 'application/octet-stream',
        maxBytes: MAX_MANIFEST_LIST_BYTES,
      })
      return parseByteList(bytes, to - from)
    },
  }
}

async function askCheckpoint(
  asker: Asker,
  map: MapName,
  options: CallOptions,
): ReturnType<MapQuestions['checkpoint']> {
  const wanted = { ...options, accept: 'text/plain', maxBytes: MAX_NOTE_BYTES }
  const ask = async (): Promise<string> => {
    const { bytes } = await asker.get(`${outputPath(map)}checkpoint`, wanted)
    const subject = `${map} output log: checkpoint`
    return asBadProof('checkpoint-signature-invalid', subject, () => parseUtf8(bytes))
  }
  const note = await seeOutputLog(asker, map, options, ask, (shown) => shown)
  return { note, checkpoint: openTrustedCheckpoint(note, outputLogKey(asker.trust.logKey, map)) }
}

/**
 * An answer that shows a checkpoint of a map's output log: it continues every one that was seen before.
 *
 * @param noteIn undefined: it shows none
 * @throws Fault `bad-proof`: `log-rolled-back`, `log-forked`, as log-memory.ts
 */
export async function seeOutputLog<T>(
  asker: Asker,
  map: MapName,
  options: CallOptions,
  ask: () => Promise<T>,
  noteIn: (answer: T) => string | undefined,
): Promise<T> {
  const memory = { pins: asker.memory.pins, logKey: outputLogKey(asker.trust.logKey, map) }
  const known = await recall(memory)
  const answer = await ask()
  const tiles: TileSource = (places) =>
    Promise.all(places.map((one) => asker.tile(outputPath(map) + formatTilePath(one), options)))
  const note = noteIn(answer)
  if (note !== undefined) await remember(memory, note, known, tiles)
  return answer
}

async function lookUp(
  asker: Asker,
  map: MapName,
  keys: readonly Uint8Array[],
  options: CallOptions & LookUpAsked,
): Promise<CheckedLookUp> {
  const { minSize, cosigned } = options
  const body = utf8(
    JSON.stringify({ keys: keys.map((key) => formatBase64(key)), postings: true, minSize, cosigned }),
  )
  const ask = () => asker.ask(`${outputPath(map)}lookup`, mapLookUpAnswer, options, { body })
  const answer = await seeOutputLog(asker, map, options, ask, (shown) => shown.map.checkpoint)
  const { checkpoint } = asker.check({ asOf: answer.asOf, entries: {} })
  const root = checkMapRoot(map, answer.map, { key: asker.trust.logKey, checkpoint })
  return { answer, root, keys: checkKeys(root, answer, root.size) }
}
