/**
 * Cosignatures on checkpoints (https://c2sp.org/tlog-cosignature, Ed25519): somebody beside the log signs what it
 * signed, with the time. What that means is the cosigner's to say: a witness has seen no larger tree, an auditor has
 * replayed what is in it.
 *
 *     cosignature/v1 ⏎ time <unix seconds> ⏎ <the checkpoint's text>         is signed
 *     — <name> base64(key id ‖ u64be(unix seconds) ‖ signature)              is added to the note
 *
 * The key id is the beginning of SHA-256(name ‖ 0A ‖ 04 ‖ key): one key for each name.
 */
import { publicKeyFromEd25519, rawEd25519, type PublicKey } from '../crypto/public-key.ts'
import { sha256 } from '../crypto/sha256.ts'
import { isSignature } from '../crypto/signature.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { concatBytes, equalBytes, u64be } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { formatNote, parseNote, verifierKeyOf, type NoteSignature, type SignedNote } from './signed-note.ts'

/** The signature types table of signed-note. */
const COSIGNATURE_TYPE = 0x04
const ED25519_KEY_BYTES = 32
const KEY_ID_BYTES = 4
const TIME_BYTES = 8
/** As of other keys of notes (signed-note.ts). */
const MAX_VKEY_LENGTH = 1_000
/**
 * How far in the future a cosignature may be, by the reader's clock. robustness.md, K10: clocks that differ by more are
 * wrong.
 */
export const MAX_AHEAD_S = 5 * 60

export interface Cosigner {
  readonly name: string
  readonly key: PublicKey
}

/** `<name>+<key id, 8 hex digits>+<base64(04 ‖ key)>`: what whoever relies on the cosigner writes down. @throws as `cosign` */
export function formatCosignerKey(cosigner: Cosigner): string {
  const typed = concatBytes(Uint8Array.of(COSIGNATURE_TYPE), rawEd25519(cosigner.key))
  return `${cosigner.name}+${formatHex(keyIdOf(cosigner))}+${formatBase64(typed)}`
}

/**
 * What `formatCosignerKey` writes.
 *
 * @throws Fault `malformed` (`key-malformed`, `base64-malformed`); `unsupported` (`key-type-unsupported`) for a key of
 * another type
 * @throws Fault `unacceptable` (`key-weak`) for a point of small order
 */
export function parseCosignerKey(vkey: string): Cosigner {
  const parts = vkey.length <= MAX_VKEY_LENGTH ? /^([^+]+)\+[0-9a-f]{8}\+(.+)$/u.exec(vkey) : null
  const [, name = '', encoded = ''] = parts ?? []
  if (parts === null) throw malformed('<name>+<key id>+<base64>', vkey)
  const typed = parseBase64(encoded, 'cosigner key')
  if (typed[0] !== COSIGNATURE_TYPE || typed.length !== 1 + ED25519_KEY_BYTES)
    throw new Fault(
      'key-type-unsupported',
      `cosigner key: expected type ${COSIGNATURE_TYPE} and an Ed25519 key, got type ${typed[0] ?? 'none'} and ${typed.length} bytes`,
    )
  const cosigner = { name, key: publicKeyFromEd25519(typed.slice(1)) }
  // One comparison refuses every other spelling, and a key id of another key.
  if (formatCosignerKey(cosigner) !== vkey) throw malformed(formatCosignerKey(cosigner), vkey)
  return cosigner
}

function malformed(expected: string, got: string): Fault {
  return new Fault('key-malformed', `cosigner key: expected ${expected}, got ${got.slice(0, 80)}`)
}

/**
 * The signed checkpoint with one more signature, behind the others.
 *
 * @throws Fault `malformed` (`key-malformed`) for a name that notes cannot carry; `unsupported`
 * (`key-type-unsupported`) unless Ed25519
 */
export function cosign(note: string, name: string, key: SigningKey, unixSeconds: number): string {
  const { text, signatures } = parseNote(note)
  const keyId = keyIdOf({ name, key: key.publicKey })
  const signature = concatBytes(u64be(unixSeconds), key.sign(messageOf(text, unixSeconds)))
  return formatNote({ text, signatures: [...signatures, { name, keyId, signature }] })
}

/**
 * When the cosigner signed, in unix seconds; undefined if it did not. Of several signatures the newest counts, and all
 * must verify.
 *
 * @throws Fault `malformed` (`note-malformed`)
 * @throws Fault `bad-proof` (`checkpoint-signature-invalid`) if one does not verify
 */
export function cosignedAt(note: string, cosigner: Cosigner): number | undefined {
  const parsed = parseNote(note)
  const [newest] = signaturesBy(parsed, cosigner).map((one) => timeOf(parsed.text, one, cosigner))
  return newest
}

/** The signatures in a note under the cosigner's name and key id, the newest first by their own word; none is verified. */
export function signaturesBy({ signatures }: SignedNote, cosigner: Cosigner): readonly NoteSignature[] {
  const id = keyIdOf(cosigner)
  const named = signatures.filter(({ name, keyId }) => name === cosigner.name && equalBytes(keyId, id))
  return named.sort((a, b) => claimedTime(b) - claimedTime(a))
}

function claimedTime({ signature }: NoteSignature): number {
  return Number(BigInt(`0x${formatHex(signature.subarray(0, TIME_BYTES)) || '0'}`))
}

function timeOf(text: string, named: NoteSignature, { name, key }: Cosigner): number {
  const [time, signature] = [claimedTime(named), named.signature.subarray(TIME_BYTES)]
  const isRight = Number.isSafeInteger(time) && isSignature(key, messageOf(text, time), signature)
  if (isRight) return time
  throw new Fault('checkpoint-signature-invalid', `note: the cosignature by ${name} does not verify`)
}

function messageOf(text: string, unixSeconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${unixSeconds}\n${text}`)
}

function keyIdOf({ name, key }: Cosigner): Uint8Array {
  // Refuses the same names and keys.
  const { publicKey } = verifierKeyOf(name, key)
  return sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(COSIGNATURE_TYPE), publicKey)).slice(
    0,
    KEY_ID_BYTES,
  )
}
