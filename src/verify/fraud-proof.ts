/**
 * Fraud proofs: that a published root of a map is wrong about one entry, to be checked by anybody who has the log's key.
 *
 *     {"type": "https://attestree.dev/fraud-proof/v1", "map": "components", "entry": 17, "key": base64,
 *      "answer": the entry with its inclusion proof, as served, "pae": base64 of what was signed,
 *      "lookUp": the key and key `u` in the map, with the published root, as served,
 *      "consistency": [hash] between the checkpoints of the two}
 *
 * In canonical JSON. The log's key signed both: the tree that has the entry, and the root that denies what the entry states, or says
 * what it does not state. So it needs no word of whoever found it.
 */
import type { LogIndex } from '../brand.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { formatCountedRoot, type CountedRoot } from '../map/counted-root.ts'
import { keysOfManifest, manifestKey, unreadableKey } from '../map/keys.ts'
import type { MapName } from '../map/output-log.ts'
import { manifestOf } from '../sbom/manifest.ts'
import { formatLine, type ManifestLine } from '../sbom/manifest-line.ts'
import { openCheckpoint, type Checkpoint } from '../tlog/checkpoint.ts'
import { checkConsistency } from '../tlog/consistency.ts'
import type { AsOf, EntryAnswer } from './answer.ts'
import { asBadProof } from './bad-proof.ts'
import { checkKeys, type CompleteKeys } from './complete-keys.ts'
import { mapProofsFields, type MapProofs } from './completeness-wire.ts'
import { parseCanonical, refuseTooLarge, type LogTrust } from './evidence.ts'
import { componentFacts, statusFacts } from './map-facts.ts'
import { checkMapRoot, type CheckedMapRoot } from './map-root.ts'
import { checkAnswer, checkAttestation, parseHashes, type CheckedAttestation } from './proven-entry.ts'
import { asOf, provenEntries } from './read-answer.ts'
import { anIndex, listOf, membersOf, objectOf, oneOf, text, type Shape } from './shape.ts'

export const FRAUD_PROOF_TYPE = 'https://attestree.dev/fraud-proof/v1'

/** A look-up in one map, as served. */
export type MapLookUpAnswer = MapProofs & { readonly asOf: AsOf }

export const mapLookUpAnswer = objectOf<MapLookUpAnswer>({ ...mapProofsFields, asOf })

export interface FraudProof {
  readonly map: MapName
  readonly entry: LogIndex
  /** Base64. */
  readonly key: string
  readonly answer: EntryAnswer
  /** The DSSE pre-authentication encoding, base64. */
  readonly pae: string
  readonly lookUp: MapLookUpAnswer
  /** From the smaller of the two checkpoints to the larger; base64. */
  readonly consistency: readonly string[]
}

export interface FraudReport {
  readonly map: MapName
  readonly entry: LogIndex
  /** The map is of the entries below. */
  readonly size: number
  /** 32 bytes; published in the last entry of `published`. */
  readonly root: Uint8Array
  readonly published: Checkpoint
  /** `missing`: the map does not list the entry. `added`: it lists it wrongly. `manifest`: it commits to another manifest. */
  readonly wrong: 'missing' | 'added' | 'manifest'
  readonly key: Uint8Array
  /** The first line of the entry's manifest that has the key; none where no line has it, and of the status map. */
  readonly line?: string
}

/** @throws Fault `too-large` (`payload-too-large`) if nobody would read it */
export function formatFraudProof(proof: FraudProof): Uint8Array {
  const bytes = formatCanonicalJson(parseJson(JSON.stringify({ type: FRAUD_PROOF_TYPE, ...proof })))
  refuseTooLarge(bytes)
  return bytes
}

const entryAnswer = objectOf<EntryAnswer>({ entry: anIndex, entries: provenEntries, asOf })

const fraudProof: Shape<FraudProof> = (value, place) => {
  const members = membersOf(value, place)
  members.required('type', oneOf(FRAUD_PROOF_TYPE))
  const read: FraudProof = {
    map: members.required('map', oneOf('components', 'status')),
    entry: members.required('entry', anIndex),
    key: members.required('key', text),
    answer: members.required('answer', entryAnswer),
    pae: members.required('pae', text),
    lookUp: members.required('lookUp', mapLookUpAnswer),
    consistency: members.required('consistency', listOf(text)),
  }
  members.end()
  return read
}

/**
 * @throws Fault `too-large` (`payload-too-large`), `bad-proof` if it proves nothing: a part does not hold, or the map is right about the entry
 * @throws Fault `untrusted` (`wrong-log-key`) if it is about another log
 */
export function verifyFraudProof(bytes: Uint8Array, { logKey }: Pick<LogTrust, 'logKey'>): FraudReport {
  const proof = parseCanonical(bytes, 'fraud proof', fraudProof)
  const { checkpoint, entries } = checkAnswer(proof.answer, logKey)
  const entry = entries.get(proof.entry)
  if (entry === undefined) throw noProof(`entry ${proof.entry} with its inclusion proof`, 'none')
  const signed = asBadProof('evidence-malformed', 'what was signed', () => parseBase64(proof.pae))
  const attested = checkAttestation(entry, signed)
  const other = asBadProof('checkpoint-signature-invalid', 'look-up', () =>
    openCheckpoint(proof.lookUp.asOf.checkpoint, logKey),
  )
  checkSameLog(checkpoint, other, proof.consistency)
  const root = checkMapRoot(proof.map, proof.lookUp.map, { key: logKey, checkpoint: other })
  if (proof.entry >= root.size) throw noProof(`an entry below ${root.size}`, `${proof.entry}`)
  return judge(proof, attested, root)
}

function checkSameLog(one: Checkpoint, other: Checkpoint, hashes: readonly string[]): void {
  const [older, newer] = one.size <= other.size ? [one, other] : [other, one]
  const claim = { oldSize: older.size, oldRoot: older.root, size: newer.size, root: newer.root }
  asBadProof('consistency-proof-invalid', 'fraud proof', () =>
    checkConsistency(claim, parseHashes(hashes, 'consistency')),
  )
}

function judge(proof: FraudProof, attested: CheckedAttestation, root: CheckedMapRoot): FraudReport {
  const key = asBadProof('evidence-malformed', 'key', () => parseBase64(proof.key))
  const keys = checkKeys(root, proof.lookUp, root.size)
  const lines = proof.map === 'status' ? [] : linesOf(attested, keys)
  const isManifest = proof.map === 'components' && equalBytes(key, manifestKey(proof.entry))
  const wrong = isManifest
    ? wrongManifest(keys.value(key), componentFacts(lines, lines.length > 0).manifest)
    : wrongPosting(keys, key, attested, lines, proof)
  if (wrong === undefined) throw noProof('a key about which the map is wrong', 'one about which it is right')
  const line = lines.find((one) => keysOfManifest([one]).some((its) => equalBytes(its, key)))
  const { map, size, published } = root
  return {
    map,
    entry: proof.entry,
    size,
    root: root.root,
    published,
    wrong,
    key,
    ...(line === undefined ? {} : { line: formatLine(line) }),
  }
}

/** None of an entry that the map itself lists as one that could not be read. */
function linesOf({ entry, statement }: CheckedAttestation, keys: CompleteKeys): readonly ManifestLine[] {
  if (keys.postings(unreadableKey).includes(entry.index)) return []
  return asBadProof('not-admissible', `entry ${entry.index}`, () => manifestOf(statement, entry.keyId))
}

function wrongManifest(shown: CountedRoot | undefined, right: CountedRoot): 'manifest' | undefined {
  const isSame = shown !== undefined && equalBytes(formatCountedRoot(shown), formatCountedRoot(right))
  return isSame ? undefined : 'manifest'
}

function wrongPosting(
  keys: CompleteKeys,
  key: Uint8Array,
  { statement }: CheckedAttestation,
  lines: readonly ManifestLine[],
  { map, entry }: FraudProof,
): 'missing' | 'added' | undefined {
  const stated = map === 'status' ? statusFacts(statement) : componentFacts(lines, lines.length > 0).keys
  const isStated = stated.some((one) => equalBytes(one, key))
  const isShown = keys.postings(key).includes(entry)
  if (isStated === isShown) return undefined
  return isStated ? 'missing' : 'added'
}

function noProof(expected: string, got: string): Fault {
  return new Fault('map-proof-invalid', `fraud proof: expected ${expected}, got ${got}`)
}
