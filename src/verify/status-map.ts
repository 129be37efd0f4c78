/**
 * The whole status map as a file that answers for any target, offline (index.md 7): a line with the map, then a line for each entry that
 * it lists, in the order of the log.
 *
 *     {"type": "https://attestree.dev/status-map/v1", "asOf": …, "status": all keys of the map, "bases": [17], "inclusion": base64}
 *     {"index": 0, "body": base64 of the leaf, "pae": base64 of what was signed}
 *
 * One proof shows that all of these entries are in the log (tlog/several.ts): with a path of its own each would be half as long again. The
 * map is verified by itself, the entries one after the other, of which nothing is kept but what they say. Schema:
 * schema/status-map.schema.json.
 */
import { attestationIdOf } from '../attestation/pae.ts'
import { isControlType } from '../attestation/predicate-types.ts'
import type { LogIndex } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { byteLines } from '../encoding/byte-lines.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { rootFromSeveral } from '../tlog/several.ts'
import type { AsOf } from './answer.ts'
import { asBadProof } from './bad-proof.ts'
import { checkKeys } from './complete-keys.ts'
import { mapProofs, type MapProofs } from './completeness-wire.ts'
import { base64Bytes, refuseTooLarge, type LogTrust } from './evidence.ts'
import { checkMapRoot } from './map-root.ts'
import { checkAnswer, checkSigned } from './proven-entry.ts'
import { asOf } from './read-answer.ts'
import { anIndex, listOf, objectOf, oneOf, type Shape } from './shape.ts'
import { checkWhole, statusOf, type KnownStatus } from './status-evidence.ts'
import { beginReplay, noTrustRoot, type AttestedEntry } from './trust-replay.ts'

const STATUS_MAP_TYPE = 'https://attestree.dev/status-map/v1'

/** As a server gives it: the entries are fetched for it. */
export interface StatusMapAnswer {
  readonly asOf: AsOf
  /** Its one prefix is empty. */
  readonly status: MapProofs
  /** What the revocations that it lists rest on. */
  readonly bases: readonly LogIndex[]
  /** That the entries listed, and the bases, are in the log: 32 bytes each. */
  readonly inclusion: Uint8Array
}

/** An entry that the map lists. */
export interface KeptEntry {
  readonly index: LogIndex
  /** The leaf. */
  readonly body: Uint8Array
  /** The DSSE pre-authentication encoding. */
  readonly pae: Uint8Array
}

const statusMapFields = { asOf, status: mapProofs, bases: listOf(anIndex), inclusion: base64Bytes }
export const statusMapAnswer = objectOf<StatusMapAnswer>(statusMapFields)
export const keptEntry = objectOf<KeptEntry>({ index: anIndex, body: base64Bytes, pae: base64Bytes })

const headLine = objectOf<StatusMapAnswer & { readonly type: typeof STATUS_MAP_TYPE }>({
  type: oneOf(STATUS_MAP_TYPE),
  ...statusMapFields,
})

/** As JSON. */
export function statusMapJson({ inclusion, ...answer }: StatusMapAnswer): object {
  return { ...answer, inclusion: formatBase64(inclusion) }
}

/** As JSON. */
export function keptEntryJson({ index, body, pae }: KeptEntry): object {
  return { index, body: formatBase64(body), pae: formatBase64(pae) }
}

/** The first line of a file, with its line feed. */
export function formatStatusMap(answer: StatusMapAnswer): Uint8Array {
  return utf8(`${JSON.stringify({ type: STATUS_MAP_TYPE, ...statusMapJson(answer) })}\n`)
}

/** One of the others. */
export function formatKeptEntry(entry: KeptEntry): Uint8Array {
  return utf8(`${JSON.stringify(keptEntryJson(entry))}\n`)
}

const BEGINNING = utf8(`{"type":"${STATUS_MAP_TYPE}",`)

/** Whether a file says that it is one. */
export function isStatusMap(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, BEGINNING.length), BEGINNING)
}

export interface StatusMapFile {
  readonly answer: StatusMapAnswer
  /** Each is read when it is asked for. @throws Fault `bad-proof` (`evidence-malformed`) */
  readonly entries: Iterable<KeptEntry>
}

/** @throws Fault `bad-proof` (`evidence-malformed`), `too-large` (`payload-too-large`) */
export function parseStatusMap(bytes: Uint8Array): StatusMapFile {
  refuseTooLarge(bytes)
  const lines = byteLines(bytes, cut)
  const first = lines.next()
  const { type: _type, ...answer } = parseLine(first.done === true ? new Uint8Array() : first.value, headLine)
  return { answer, entries: entriesIn(lines) }
}

function* entriesIn(lines: Iterable<Uint8Array>): Generator<KeptEntry> {
  for (const line of lines) yield parseLine(line, keptEntry)
}

function cut(): Fault {
  return new Fault('evidence-malformed', 'status map: expected a line feed behind each line; it was cut')
}

function parseLine<T>(line: Uint8Array, shape: Shape<T>): T {
  return asBadProof('evidence-malformed', 'status map', () => {
    const value = parseJson(line, { subject: 'JSON', strictNumbers: true, forbidProto: true })
    return shape(value, { pointer: '', strict: true, reason: 'evidence-malformed' })
  })
}

/** What a map says once all its entries were taken; before `end` nothing of it is established. */
export interface StatusMapCheck {
  /** The entries that have to come, in this order. */
  readonly wanted: readonly LogIndex[]
  /** @throws Fault `bad-proof`, `untrusted` (`wrong-trust-root`) */
  take(entry: KeptEntry): void
  /** @throws Fault `bad-proof` (`answer-incomplete`, `inclusion-proof-invalid`) */
  end(): KnownStatus
}

/**
 * Checks the map, then the entries that it lists one after the other, judged again from what was signed.
 *
 * @throws Fault `untrusted` (`wrong-log-key`), `bad-proof`; `unproven` (`not-cosigned`)
 */
export function checkStatusMap(answer: StatusMapAnswer, trusted: LogTrust): StatusMapCheck {
  const { logKey, trustRoot, cosigned } = trusted
  const { checkpoint } = checkAnswer({ asOf: answer.asOf, entries: {} }, logKey)
  const status = checkMapRoot('status', answer.status.map, { key: logKey, checkpoint, cosigned })
  const through = status.size
  checkWhole(answer.asOf.indexedThrough, through)
  const listed = listedIn(checkKeys(status, answer.status, through))
  const wanted = [...new Set([...listed, ...answer.bases])].sort((a, b) => a - b)
  const beyond = wanted.find((index) => index >= through)
  if (beyond !== undefined) throw incomplete(beyond, `an entry below ${through}`, 'a later one')
  const [leafHashes, bases] = [[] as Uint8Array[], new Map<LogIndex, AttestedEntry>()]
  const replay = beginReplay(checkpoint.origin, trustRoot, (index) => bases.get(index))
  return {
    wanted,
    take(kept) {
      const index = wanted[leafHashes.length]
      if (index !== kept.index) throw incomplete(index ?? kept.index, 'what the map lists', 'another entry')
      const one = attestedBy(kept)
      const isControl = isControlType(one.statement.predicateType)
      if (isControl && !listed.has(index)) throw incomplete(index, 'the map to list it', 'nothing')
      leafHashes.push(leafHash(kept.body))
      if (!isControl) bases.set(index, one)
      replay.take(one)
    },
    end() {
      const missing = wanted[leafHashes.length]
      if (missing !== undefined) throw incomplete(missing, 'what was signed there', 'nothing')
      const claim = { indexes: wanted, leafHashes, size: checkpoint.size }
      if (leafHashes.length === 0) throw noTrustRoot()
      if (!equalBytes(rootFromSeveral(claim, answer.inclusion), checkpoint.root))
        throw new Fault('inclusion-proof-invalid', 'status map: expected entries of the log, got others')
      const of = (target: string): ReturnType<KnownStatus['of']> => statusOf(replay.state, through, target)
      return { checkpoint, status, through, trust: replay.state, of }
    },
  }
}

/** As `checkStatusMap`, of a file. @throws as `parseStatusMap`, `StatusMapCheck` */
export function checkStatusMapFile({ answer, entries }: StatusMapFile, trusted: LogTrust): KnownStatus {
  const check = checkStatusMap(answer, trusted)
  for (const entry of entries) check.take(entry)
  return check.end()
}

/** All that the map lists, and no part of the map is missing. */
function listedIn(keys: ReturnType<typeof checkKeys>): ReadonlySet<LogIndex> {
  const listed = new Set<LogIndex>()
  for (const key of keys.under(new Uint8Array())) for (const index of keys.postings(key)) listed.add(index)
  return listed
}

/** That it is in the log is shown at the end, for all of them. */
function attestedBy({ index, body: leaf, pae }: KeptEntry): AttestedEntry {
  const body = asBadProof('entry-mismatch', `entry ${index}`, () => parseHashedRekord(leaf))
  const attestation = attestationIdOf(pae)
  const { statement } = checkSigned({ index, attestation, body }, pae)
  return { entry: { index, attestation, keyId: body.publicKey.id }, statement }
}

function incomplete(index: LogIndex, expected: string, got: string): Fault {
  return new Fault('answer-incomplete', `status map, entry ${index}: expected ${expected}, got ${got}`)
}
