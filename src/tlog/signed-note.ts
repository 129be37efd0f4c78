/**
 * Signed notes (https://c2sp.org/signed-note): a text and signatures under it, for people and programs.
 *
 *     example.com/ledger                             the text: anything that ends with a line feed
 *     7
 *                                                    a blank line
 *     — example.com/ledger Az3grl…=                  key name, base64(key id, 4 bytes ‖ signature)
 *
 * The key id is the beginning of SHA-256(name ‖ 0A ‖ type ‖ key): a hint which key to try, not a proof.
 * Only Ed25519 (type 01) is verified here; signatures of other types and by other keys are kept and ignored.
 * What the text says is the business of checkpoint.ts.
 */
import { publicKeyFromEd25519, rawEd25519, type PublicKey } from '../crypto/public-key.ts'
import { sha256 } from '../crypto/sha256.ts'
import { isSignature } from '../crypto/signature.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { concatBytes, equalBytes } from '../encoding/bytes.ts'
import { formatHex, parseHex } from '../encoding/hex.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'

/** The signature types table of signed-note: Ed25519 over the text. */
const ED25519_TYPE = 0x01
const ED25519_KEY_BYTES = 32
const KEY_ID_BYTES = 4
/** signed-note asks for 16 at least; Go's implementation, which most logs meet, takes 100. */
const MAX_SIGNATURES = 100
/** Room for 100 post-quantum signatures of 5 kB in base64 and a long text; Go's limit for notes is the same. */
const MAX_NOTE_LENGTH = 1_000_000
/** A host name has at most 253 characters, a key in base64 with its id about 60. */
const MAX_VKEY_LENGTH = 1_000

/** Who may sign: a name and an Ed25519 key. */
export interface VerifierKey {
  /** The log's origin. */
  readonly name: string
  /** 4 bytes. */
  readonly keyId: Uint8Array
  /** 32 bytes. Never changed: verifying keeps what it derives from them. */
  readonly publicKey: Uint8Array
}

export interface NoteSignature {
  readonly name: string
  /** 4 bytes. */
  readonly keyId: Uint8Array
  /** At least 1 byte; what it is depends on the key's type. */
  readonly signature: Uint8Array
}

export interface SignedNote {
  /** Ends with a line feed. */
  readonly text: string
  /** 1 to 100. */
  readonly signatures: readonly NoteSignature[]
}

/** Neither the empty name nor any with a space, a "+", or a character that a note refuses. */
function isKeyName(name: string): boolean {
  // U+0085 is a space for Unicode and Go, but not for `\s`.
  return name !== '' && !/[\s\u0085+]/u.test(name) && isNoteText(name)
}

/** signed-note: no control characters below U+0020 but line feeds. Lone surrogates cannot be written as UTF-8. */
export function isNoteText(text: string): boolean {
  return !/[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u.test(text)
}

/**
 * The log id of the Sigstore world: SHA-256(name ‖ 0A ‖ 01 ‖ key), 32 bytes. The key id is its beginning.
 */
export function logId({ name, publicKey }: Pick<VerifierKey, 'name' | 'publicKey'>): Uint8Array {
  return sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(ED25519_TYPE), publicKey))
}

/** @throws Fault `malformed` (`key-malformed`) for a name that notes cannot carry. */
export function verifierKeyOf(name: string, key: PublicKey): VerifierKey {
  if (!isKeyName(name)) {
    throw new Fault(
      'key-malformed',
      `key name: expected a name without spaces and "+", got ${name.slice(0, 80)}`,
    )
  }
  const publicKey = rawEd25519(key)
  return { name, keyId: logId({ name, publicKey }).slice(0, KEY_ID_BYTES), publicKey }
}

/** `<name>+<key id, 8 hex digits>+<base64(01 ‖ key)>` */
export function formatVerifierKey({ name, keyId, publicKey }: VerifierKey): string {
  return `${name}+${formatHex(keyId)}+${formatBase64(concatBytes(Uint8Array.of(ED25519_TYPE), publicKey))}`
}

/**
 * @throws Fault `malformed` (`key-malformed`, `hex-malformed`, `base64-malformed`), also if the key id is not the key's.
 * @throws Fault `unsupported` (`key-type-unsupported`) for a key that is not Ed25519.
 * @throws Fault `unacceptable` (`key-weak`) for a point of small order.
 */
export function parseVerifierKey(vkey: string): VerifierKey {
  const parts = vkey.length <= MAX_VKEY_LENGTH ? /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey) : null
  const [, name = '', id = '', encoded = ''] = parts ?? []
  if (parts === null) {
    throw new Fault(
      'key-malformed',
      `verifier key: expected <name>+<key id>+<base64>, got ${vkey.slice(0, 80)}`,
    )
  }
  const typed = parseBase64(encoded, 'verifier key')
  if (typed[0] !== ED25519_TYPE) {
    throw new Fault(
      'key-type-unsupported',
      `verifier key: expected type 1 (Ed25519), got ${typed[0] ?? 'none'}`,
    )
  }
  if (typed.length !== 1 + ED25519_KEY_BYTES) {
    throw new Fault(
      'key-malformed',
      `verifier key: expected 32 bytes after the type, got ${typed.length - 1}`,
    )
  }
  const key = verifierKeyOf(name, publicKeyFromEd25519(typed.slice(1)))
  if (!equalBytes(key.keyId, parseHex(id))) {
    throw new Fault('key-malformed', `verifier key: expected the key id ${formatHex(key.keyId)}, got ${id}`)
  }
  return key
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`
}

/** One line of a note, with its line feed. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${formatBase64(concatBytes(keyId, signature))}\n`
}

/**
 * Reads a note without verifying anything.
 * @throws Fault `malformed` (`note-malformed`)
 */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_LENGTH)
    throw malformed(`at most ${MAX_NOTE_LENGTH} characters`, `${note.length}`)
  if (!isNoteText(note)) throw malformed('no control characters but line feeds', 'one')
  const end = note.lastIndexOf('\n\n')
  if (end === -1) throw malformed('a blank line between text and signatures', 'none')
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + 2).split('\n')
  if (lines.pop() !== '') throw malformed('a line feed at the end', 'none')
  if (lines.length < 1 || lines.length > MAX_SIGNATURES) {
    throw malformed(`1 to ${MAX_SIGNATURES} signatures`, `${lines.length}`)
  }
  const parsed = { text, signatures: lines.map(parseSignature) }
  if (formatNote(parsed) !== note) throw malformed('the canonical form', 'another spelling')
  return parsed
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? []
  if (!isKeyName(name)) throw malformed('signature lines "— <key name> <base64>"', line.slice(0, 80))
  const bytes = parseBase64Part(encoded)
  if (bytes.length <= KEY_ID_BYTES) throw malformed('a key id and a signature', `${bytes.length} bytes`)
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) }
}

function parseBase64Part(encoded: string): Uint8Array {
  try {
    return parseBase64(encoded, 'signature')
  } catch (cause) {
    throw new Fault('note-malformed', 'note: expected signatures in base64', { cause })
  }
}

function malformed(expected: string, got: string): Fault {
  return new Fault('note-malformed', `note: expected ${expected}, got ${got}`)
}

/** The note: `text` and one signature. Text has to end with a line feed, the key to be Ed25519. */
export function signNote(text: string, name: string, key: SigningKey): string {
  if (!text.endsWith('\n') || !isNoteText(text)) throw new Error('note: this text cannot be signed as a note')
  const { keyId } = verifierKeyOf(name, key.publicKey)
  return formatNote({ text, signatures: [{ name, keyId, signature: key.sign(utf8(text)) }] })
}

export interface CheckedNote {
  readonly text: string
  /** Those of the given keys that signed the text, at least one, in the order given. */
  readonly verified: readonly VerifierKey[]
}

/**
 * The text is signed by at least one of `keys`. Signatures by other keys are ignored; a signature that names
 * one of `keys` and does not verify refuses the whole note, even beside a good one.
 * @throws Fault `malformed` (`note-malformed`)
 * @throws Fault `bad-proof` (`checkpoint-signature-invalid`) for such a signature.
 * @throws Fault `untrusted` (`wrong-log-key`) if none of the signatures names one of `keys`.
 */
export function checkNote(note: string, keys: readonly VerifierKey[]): CheckedNote {
  const { text, signatures } = parseNote(note)
  const message = utf8(text)
  const verified = keys.filter((key) => {
    const named = signatures.filter(({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId))
    for (const { signature } of named) checkByKey(key, message, signature)
    return named.length > 0
  })
  if (verified.length === 0) {
    const wanted = keys.map(describe).join(', ')
    const found = signatures.map(describe).join(', ')
    throw new Fault(
      'wrong-log-key',
      `note: expected a signature by ${wanted.slice(0, 100)}, got ${found.slice(0, 100)}`,
    )
  }
  return { text, verified }
}

function checkByKey(key: VerifierKey, message: Uint8Array, signature: Uint8Array): void {
  if (!isSignature(screened(key.publicKey), message, signature)) {
    throw new Fault('checkpoint-signature-invalid', `note: the signature by ${describe(key)} does not verify`)
  }
}

// By identity of the bytes: screening a key and importing it cost more than verifying with it.
const screenedKeys = new WeakMap<Uint8Array, PublicKey>()

function screened(publicKey: Uint8Array): PublicKey {
  const key = screenedKeys.get(publicKey) ?? publicKeyFromEd25519(publicKey)
  screenedKeys.set(publicKey, key)
  return key
}

function describe({ name, keyId }: Pick<VerifierKey, 'name' | 'keyId'>): string {
  return `${name.slice(0, 60)}+${formatHex(keyId)}`
}
