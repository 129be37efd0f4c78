/**
 * Fraud proofs: that a published root of a map is wrong about one entry, to be checked by anybody who has the log's key. There are two:
 *
 *     {"type": "https://attestree.dev/fraud-proof/v1", "map": "components", "entry": 17, "key": base64,
 *      "answer": the entry with its inclusion proof, as served, "pae": base64 of what was signed,
 *      "lookUp": the key and key `u` in the map, with the published root,
 *      "consistency": [hash] between the checkpoints of the two}
 *
 *     {…, "map", "entry", "key", "lookUp", "earlier": the key in the same map as it was published before, "consistency"}
 *
 * In canonical JSON; schema/fraud-proof.schema.json. Against what was signed: the log's key signed both the tree that has the entry, and
 * the root that denies what the entry states, or says what it does not state. Against itself: lists only grow and manifests never
 * change, so two roots that disagree about an entry of which both are cannot both be right. That needs no envelope, and shows an
 * entry that was moved in or out of those that could not be read (key `u`), of which nothing that was signed tells.
 *
 * The root is the last of the output log, or an older one: then `place` says which, and the inclusion proof is of that entry.
 */
import type { LogIndex } from '../brand.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { formatHex } from '../encoding/hex.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { formatCountedRoot, type CountedRoot } from '../map/counted-root.ts'
import { isManifestKey, keysOfManifest, manifestKey, unreadableKey } from '../map/keys.ts'
import type { MapName } from '../map/output-log.ts'
import { formatLine, type ManifestLine } from '../sbom/manifest-line.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { checkConsistency } from '../tlog/consistency.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import type { AsOf, EntryAnswer } from './answer.ts'
import { asBadProof } from './bad-proof.ts'
import { checkKeys, type CompleteKeys } from './complete-keys.ts'
import { mapProofsFields, type MapProofs } from './completeness-wire.ts'
import { parseCanonical, refuseTooLarge, type LogTrust } from './evidence.ts'
import { componentFacts, derivedLines, statusFacts } from './map-facts.ts'
import { checkMapRoot, type CheckedMapRoot } from './map-root.ts'
import { checkAnswer, checkAttestation, parseHashes, type CheckedAttestation } from './proven-entry.ts'
import { asOf, provenEntries } from './read-answer.ts'
import { anIndex, listOf, membersOf, objectOf, oneOf, text, type Shape } from './shape.ts'

export const FRAUD_PROOF_TYPE = 'https://attestree.dev/fraud-proof/v1'

/** A look-up in one map, as served. */
export type MapLookUpAnswer = MapProofs & { readonly asOf: AsOf }

export const mapLookUpAnswer = objectOf<MapLookUpAnswer>({ ...mapProofsFields, asOf })

/** The same against any root that was published. */
export interface PublishedLookUp extends MapLookUpAnswer {
  /** Of the root in the output log; absent: the last. */
  readonly place?: LogIndex
}

const publishedLookUp = objectOf<PublishedLookUp>({ ...mapProofsFields, asOf }, { place: anIndex })

interface AnyFraudProof {
  readonly map: MapName
  readonly entry: LogIndex
  /** Base64. */
  readonly key: string
  readonly lookUp: PublishedLookUp
  /** From the smaller of the two checkpoints to the larger; base64. */
  readonly consistency: readonly string[]
}

/** A root against what was signed. */
export interface StatementProof extends AnyFraudProof {
  readonly answer: EntryAnswer
  /** The DSSE pre-authentication encoding, base64. */
  readonly pae: string
}

/** A root against an earlier one. */
export interface RewriteProof extends AnyFraudProof {
  readonly earlier: PublishedLookUp
}

export type FraudProof = StatementProof | RewriteProof

export interface FraudReport {
  readonly map: MapName
  readonly entry: LogIndex
  /** The map is of the entries below. */
  readonly size: number
  /** 32 bytes; published in the last entry of `published`. */
  readonly root: Uint8Array
  readonly published: Checkpoint
  /**
   * `missing`: the map does not list the entry. `added`: it lists it wrongly. `manifest`: it commits to another manifest.
   * `rewritten`: an earlier root of it says otherwise.
   */
  readonly wrong: 'missing' | 'added' | 'manifest' | 'rewritten'
  readonly key: Uint8Array
  /** The first line of the entry's manifest that has the key; none where no line has it, and of the status map. */
  readonly line?: string
  /** Of what is `rewritten`: the root that says otherwise, and whether the entry is listed there. */
  readonly earlier?: { readonly size: number; readonly root: Uint8Array; readonly isListed: boolean }
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
  const about = {
    map: members.required('map', oneOf('components', 'status')),
    entry: members.required('entry', anIndex),
    key: members.required('key', text),
    lookUp: members.required('lookUp', publishedLookUp),
    consistency: members.required('consistency', listOf(text)),
  }
  const earlier = members.optional('earlier', publishedLookUp)
  const other = earlier
    ? { earlier }
    : { answer: members.required('answer', entryAnswer), pae: members.required('pae', text) }
  members.end()
  return { ...about, ...other }
}

/**
 * @throws Fault `too-large` (`payload-too-large`), `bad-proof` if it proves nothing: a part does not hold, or the map is right about the entry
 * @throws Fault `untrusted` (`wrong-log-key`) if it is about another log
 */
export function verifyFraudProof(bytes: Uint8Array, { logKey }: Pick<LogTrust, 'logKey'>): FraudReport {
  const proof = parseCanonical(bytes, 'fraud proof', fraudProof)
  return 'earlier' in proof ? verifyRewrite(proof, logKey) : verifyStatement(proof, logKey)
}

function verifyStatement(proof: StatementProof, logKey: VerifierKey): FraudReport {
  const { checkpoint, entries } = checkAnswer(proof.answer, logKey)
  const entry = entries.get(proof.entry)
  if (entry === undefined || proof.answer.entry !== proof.entry)
    throw noProof(`entry ${proof.entry} with its inclusion proof`, 'none')
  const signed = asBadProof('evidence-malformed', 'what was signed', () => parseBase64(proof.pae))
  const attested = checkAttestation(entry, signed)
  const shown = openLookUp(proof, proof.lookUp, logKey)
  checkSameLog(checkpoint, shown.checkpoint, proof.consistency)
  return judge(proof, attested, shown)
}

function verifyRewrite(proof: RewriteProof, logKey: VerifierKey): FraudReport {
  const earlier = openLookUp(proof, proof.earlier, logKey)
  const later = openLookUp(proof, proof.lookUp, logKey)
  checkSameLog(earlier.checkpoint, later.checkpoint, proof.consistency)
  if (earlier.root.size > later.root.size)
    throw noProof(`an earlier root below ${later.root.size}`, `one of ${earlier.root.size}`)
  const key = keyOf(proof)
  const says = [earlier, later].map(({ keys }) => saidOf(keys, key, proof.entry))
  if (says[0] === says[1]) throw noProof('two roots that disagree about the entry', 'two that do not')
  const { size, root } = earlier.root
  const isListed = isManifestKey(key) || earlier.keys.postings(key).includes(proof.entry)
  return { ...reportOf(proof, later.root, 'rewritten'), earlier: { size, root, isListed } }
}

/** What can never change of an entry, once a root has it. */
function saidOf(keys: CompleteKeys, key: Uint8Array, entry: LogIndex): string {
  if (!isManifestKey(key)) return String(keys.postings(key).includes(entry))
  const value = equalBytes(key, manifestKey(entry)) ? keys.value(key) : undefined
  return value === undefined ? 'none' : formatHex(formatCountedRoot(value))
}

interface OpenedLookUp {
  readonly checkpoint: Checkpoint
  readonly root: CheckedMapRoot
  readonly keys: CompleteKeys
}

/** Its root is of the entry too. */
function openLookUp(
  { map, entry }: AnyFraudProof,
  { place, ...lookUp }: PublishedLookUp,
  logKey: VerifierKey,
): OpenedLookUp {
  const { checkpoint } = checkAnswer({ asOf: lookUp.asOf, entries: {} }, logKey)
  const root = checkMapRoot(map, lookUp.map, { key: logKey, checkpoint }, place)
  if (entry >= root.size) throw noProof(`an entry below ${root.size}`, `${entry}`)
  return { checkpoint, root, keys: checkKeys(root, lookUp, root.size) }
}

function keyOf({ key }: AnyFraudProof): Uint8Array {
  return asBadProof('evidence-malformed', 'key', () => parseBase64(key))
}

function checkSameLog(one: Checkpoint, other: Checkpoint, hashes: readonly string[]): void {
  const [older, newer] = one.size <= other.size ? [one, other] : [other, one]
  const claim = { oldSize: older.size, oldRoot: older.root, size: newer.size, root: newer.root }
  asBadProof('consistency-proof-invalid', 'fraud proof', () =>
    checkConsistency(claim, parseHashes(hashes, 'consistency')),
  )
}

function judge(
  proof: StatementProof,
  attested: CheckedAttestation,
  { root, keys }: OpenedLookUp,
): FraudReport {
  const key = keyOf(proof)
  const lines = proof.map === 'status' ? [] : linesOf(attested, keys)
  const isManifest = proof.map === 'components' && equalBytes(key, manifestKey(proof.entry))
  const wrong = isManifest
    ? wrongManifest(keys.value(key), componentFacts(lines, lines.length > 0).manifest)
    : wrongPosting(keys, key, attested, lines, proof)
  if (wrong === undefined) throw noProof('a key about which the map is wrong', 'one about which it is right')
  const line = lines.find((one) => keysOfManifest([one]).some((its) => equalBytes(its, key)))
  return { ...reportOf(proof, root, wrong), ...(line === undefined ? {} : { line: formatLine(line) }) }
}

function reportOf(
  proof: FraudProof,
  { map, size, root, published }: CheckedMapRoot,
  wrong: FraudReport['wrong'],
): FraudReport {
  return { map, entry: proof.entry, size, root, published, wrong, key: keyOf(proof) }
}

/** None of an entry that the map itself lists as one that could not be read, nor of one of which no manifest follows. */
function linesOf({ entry, statement }: CheckedAttestation, keys: CompleteKeys): readonly ManifestLine[] {
  if (keys.postings(unreadableKey).includes(entry.index)) return []
  return derivedLines(statement, entry.keyId) ?? []
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
  { map, entry }: StatementProof,
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
