/**
 * From an answer to what is proven by it: the checkpoint is signed by the log, each entry is in that log at that
 * index, and what was signed is what the entry says (contracts.md 7, README 2.7 "What proves a row").
 *
 * Taken on the server's word here and marked so: times, and everything an answer says beside its entries. An entry
 * in the log may still be by a signer without rights or be revoked: that is trust/ and verify/trust-replay.ts.
 */
import { logIndex } from '../brand.ts'
import type { AttestationId, KeyId, LogIndex } from '../brand.ts'
import { attestationIdOf, parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import type { Statement } from '../attestation/statement.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import { digest } from '../crypto/sha256.ts'
import { checkSignature } from '../crypto/signature.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { formatHex } from '../encoding/hex.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import { openCheckpoint } from '../tlog/checkpoint.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { checkInclusion } from '../tlog/inclusion.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import type { AsOf, ProvenEntries, ProvenEntry } from './answer.ts'
import { asBadProof } from './bad-proof.ts'

/** An entry whose place in the log is proven. */
export interface CheckedEntry {
  readonly index: LogIndex
  /** Proven if the key's hash is SHA-256; else what the answer says, until `checkAttestation`. */
  readonly attestation: AttestationId
  /** The key in the entry. */
  readonly key: PublicKey
  readonly keyId: KeyId
  readonly body: HashedRekord
  /** What the answer says, until `checkAttestation`. */
  readonly predicateType: string
  /** The server's word. */
  readonly recordedAt: string
}

export interface CheckedAnswer {
  readonly checkpoint: Checkpoint
  /** By index, ascending. */
  readonly entries: ReadonlyMap<LogIndex, CheckedEntry>
}

/** What the signer of an entry signed. */
export interface CheckedAttestation {
  readonly entry: CheckedEntry
  readonly payloadType: string
  readonly statement: Statement
}

/**
 * @throws Fault `untrusted` (`wrong-log-key`) if the checkpoint is by another log
 * @throws Fault `bad-proof` if anything does not hold
 */
export function checkAnswer(
  answer: { readonly asOf: AsOf; readonly entries: ProvenEntries },
  logKey: VerifierKey,
): CheckedAnswer {
  const checkpoint = checkAsOf(answer.asOf, logKey)
  const entries = Object.entries(answer.entries)
    .map(([name, entry]) => checkEntry(logIndex(Number(name)), entry, checkpoint))
    .sort((a, b) => a.index - b.index)
  return { checkpoint, entries: new Map(entries.map((entry) => [entry.index, entry])) }
}

/**
 * The signed checkpoint under an answer; what `asOf` says beside it must be the same.
 *
 * @throws Fault `untrusted` (`wrong-log-key`), `bad-proof`
 */
function checkAsOf(asOf: AsOf, logKey: VerifierKey): Checkpoint {
  const checkpoint = openTrustedCheckpoint(asOf.checkpoint, logKey)
  const { origin, size, root } = checkpoint
  const signed = { origin, treeSize: size, rootHash: formatBase64(root) }
  for (const name of ['origin', 'treeSize', 'rootHash'] as const) {
    if (asOf[name] !== signed[name])
      throw differs(`asOf.${name}`, `${signed[name]} as in the checkpoint`, `${asOf[name]}`)
  }
  if (asOf.indexedThrough > size) {
    throw differs('asOf.indexedThrough', `at most the tree size ${size}`, `${asOf.indexedThrough}`)
  }
  return checkpoint
}

function differs(subject: string, expected: string, got: string): Fault {
  return new Fault('entry-mismatch', `${subject}: expected ${expected}, got ${got.slice(0, 100)}`)
}

/**
 * @throws Fault `untrusted` (`wrong-log-key`) if the note is not by this log at all
 * @throws Fault `bad-proof` if it claims to be and is not, or cannot be read
 */
export function openTrustedCheckpoint(note: string, logKey: VerifierKey): Checkpoint {
  return asBadProof('checkpoint-signature-invalid', 'checkpoint', () => openCheckpoint(note, logKey))
}

function checkEntry(index: LogIndex, entry: ProvenEntry, checkpoint: Checkpoint): CheckedEntry {
  const subject = `entry ${index}`
  const leaf = asBadProof('entry-mismatch', subject, () => parseBase64(entry.body, 'body'))
  const proof = asBadProof('inclusion-proof-invalid', subject, () => parseHashes(entry.inclusion))
  const place = { leafHash: leafHash(leaf), index, size: checkpoint.size, root: checkpoint.root }
  asBadProof('inclusion-proof-invalid', subject, () => checkInclusion(place, proof))
  const body = asBadProof('entry-mismatch', subject, () => parseHashedRekord(leaf))
  checkNames(subject, entry, body)
  return {
    index,
    attestation: entry.attestation,
    key: body.publicKey,
    keyId: body.publicKey.id,
    body,
    predicateType: entry.predicateType,
    recordedAt: entry.recordedAt,
  }
}

/** The hashes of a proof, base64. How many there are, and how long, is for whoever checks it. @throws Fault `malformed` (`base64-malformed`) */
export function parseHashes(hashes: readonly string[], subject = 'inclusion'): Uint8Array[] {
  return hashes.map((hash, i) => parseBase64(hash, `${subject} hash ${i}`))
}

/** The ids that the answer gives an entry must be those of its bytes. */
function checkNames(subject: string, entry: ProvenEntry, body: HashedRekord): void {
  if (entry.key !== body.publicKey.id) {
    throw differs(subject, `key ${body.publicKey.id} as in its body`, entry.key)
  }
  if (body.algorithm !== 'sha256') return
  const attestation = `sha256:${formatHex(body.digest)}`
  if (entry.attestation !== attestation) {
    throw differs(subject, `attestation ${attestation} as in its body`, entry.attestation)
  }
}

/**
 * That `pae` is what this entry's signer signed, and of the predicate type that the answer says.
 *
 * @param pae the DSSE pre-authentication encoding
 * @throws Fault `bad-proof`
 */
export function checkAttestation(entry: CheckedEntry, pae: Uint8Array): CheckedAttestation {
  const signed = checkSigned(entry, pae)
  const { predicateType } = signed.statement
  if (predicateType === entry.predicateType) return { entry, ...signed }
  throw differs(
    `entry ${entry.index}`,
    `predicate type ${predicateType.slice(0, 100)} as signed`,
    entry.predicateType,
  )
}

/**
 * That `pae` is what this entry's signer signed: id, digest under the key's own hash, signature, statement.
 *
 * @throws Fault `bad-proof`
 */
export function checkSigned(
  entry: Pick<CheckedEntry, 'index' | 'attestation' | 'body'>,
  pae: Uint8Array,
): Omit<CheckedAttestation, 'entry'> {
  const subject = `entry ${entry.index}`
  // Of the key's own hash (hashed-rekord.ts; README 2.7, "Keys and digests").
  const { publicKey, algorithm, signature } = entry.body
  const id = attestationIdOf(pae)
  if (id !== entry.attestation) throw differs(subject, `what was signed to hash to ${entry.attestation}`, id)
  // Of the hash that nearly all keys have, the id is it.
  const hashed = algorithm === 'sha256' ? id.slice('sha256:'.length) : formatHex(digest(algorithm, pae))
  if (hashed !== formatHex(entry.body.digest)) {
    throw differs(subject, `its ${algorithm} digest to be that of what was signed`, 'another')
  }
  return asBadProof('not-admissible', subject, () => {
    checkSignature(publicKey, pae, signature, 'signature')
    const { payloadType, payload } = parsePae(pae)
    return { payloadType, statement: parseStatement(payload) }
  })
}
