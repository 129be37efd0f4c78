/**
 * Entries of the output logs, which make the roots of the maps public (index.md 6).
 *
 *     5891b5b5…be03                                   the map's root, 64 hex digits
 *     example.com                                     the signed checkpoint of the input log, as it was published:
 *     20852163                                        the map is of the entries below this size
 *     …
 *
 * An output log is a log as any other (tlog/): what is special is its name, and what its entries say. It is signed by the
 * input log's key, under its own name. The last entry has the current root.
 */
import { publicKeyFromEd25519 } from '../crypto/public-key.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import { parseNote, verifierKeyOf, type VerifierKey } from '../tlog/signed-note.ts'

export type MapName = 'components' | 'status'

/** Of a map function: another function has another log, beside which it is built before anybody is pointed to it. */
export type MapFunctionVersion = `v${number}`

/** The one that this program asks for. */
const KNOWN: MapFunctionVersion = 'v1'

export interface PublishedRoot {
  /** 32 bytes. */
  readonly root: Uint8Array
  /** The signed note. Who signed it is not looked at here. */
  readonly checkpoint: string
}

/** `<origin of the input log>/index/<map>/v1` */
export function outputOrigin(inputOrigin: string, map: MapName, version: MapFunctionVersion = KNOWN): string {
  return `${inputOrigin}/index/${map}/${version}`
}

/** By which key the output log is signed. */
export function outputLogKey(inputLog: VerifierKey, map: MapName): VerifierKey {
  return verifierKeyOf(outputOrigin(inputLog.name, map), publicKeyFromEd25519(inputLog.publicKey))
}

/** The text of an entry; its UTF-8 is the leaf. */
export function formatPublishedRoot({ root, checkpoint }: PublishedRoot): string {
  return `${formatHex(root)}\n${checkpoint}`
}

/**
 * @throws Fault `malformed` (`entry-malformed`, `note-malformed`, `checkpoint-malformed`) for anything but what
 * `formatPublishedRoot` writes.
 */
export function parsePublishedRoot(entry: string): PublishedRoot {
  const [, root = '', checkpoint = ''] = /^([0-9a-f]{64})\n(.*)$/su.exec(entry) ?? []
  if (root === '') {
    throw new Fault(
      'entry-malformed',
      `output log entry: expected a map root of 64 hex digits and a checkpoint, got ${entry.slice(0, 80)}`,
    )
  }
  parseCheckpoint(parseNote(checkpoint).text)
  return { root: parseHex(root, 'map root'), checkpoint }
}
