/**
 * Checkpoints (https://c2sp.org/tlog-checkpoint): a log's promise about its tree, as text.
 *
 *     example.com/ledger                              origin: which log
 *     20852163                                        tree size, decimal
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root hash, base64
 *
 * Lines after these (extension lines) are kept when read and never written by us: some readers and some
 * cosignature types do not cover them. How the text is signed is the business of signed-note.ts; that a log
 * signs no tree that contradicts an earlier one, of ledger/.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { checkNote, isNoteText, signNote, type VerifierKey } from './signed-note.ts'
import { emptyRoot, HASH_BYTES } from './tree-hash.ts'

export interface Checkpoint {
  /** The log's unique name; for ours the bare host name. */
  readonly origin: string
  readonly size: TreeSize
  /** 32 bytes. */
  readonly root: Uint8Array
  /** Further lines, each without its line feed; never empty where present. */
  readonly extension?: readonly string[]
}

/** The text that is signed; ends with a line feed. */
export function formatCheckpoint({ origin, size, root, extension = [] }: Checkpoint): string {
  return [origin, size, formatBase64(root), ...extension].map((line) => `${line}\n`).join('')
}

/**
 * Reads a checkpoint's text: a note without its signatures. Nothing is verified.
 * @throws Fault `malformed` (`checkpoint-malformed`), also for size 0 with another root than the empty one.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.length < 3) throw malformed('three lines', `${lines.length}`)
  const [origin = '', size = '', root = '', ...extension] = lines
  if (lines.includes('')) throw malformed('no empty lines', 'one')
  const bare = { origin, size: parseSize(size), root: parseRoot(root) }
  const checkpoint = extension.length === 0 ? bare : { ...bare, extension }
  // One comparison refuses every other spelling: "012", "+7", carriage returns, a missing line feed.
  if (formatCheckpoint(checkpoint) !== text || !isNoteText(text))
    throw malformed('the canonical form', 'another')
  if (bare.size === 0 && !equalBytes(bare.root, emptyRoot))
    throw malformed('the empty root for size 0', 'another')
  return checkpoint
}

function parseSize(decimal: string): TreeSize {
  const size = /^\d{1,16}$/.test(decimal) ? Number(decimal) : NaN
  if (!Number.isSafeInteger(size)) throw malformed('a decimal size of at most 2^53 - 1', decimal.slice(0, 40))
  return treeSize(size)
}

function parseRoot(encoded: string): Uint8Array {
  const root = parseRootBytes(encoded)
  if (root.length !== HASH_BYTES) throw malformed('a root of 32 bytes', `${root.length}`)
  return root
}

function parseRootBytes(encoded: string): Uint8Array {
  try {
    return parseBase64(encoded, 'root')
  } catch (cause) {
    throw new Fault('checkpoint-malformed', 'checkpoint: expected the root in base64', { cause })
  }
}

function malformed(expected: string, got: string): Fault {
  return new Fault('checkpoint-malformed', `checkpoint: expected ${expected}, got ${got}`)
}

/**
 * The signed note; the key's name is the origin.
 * @throws Fault `malformed` (`checkpoint-malformed`, `key-malformed`) for what could not be read back, such as
 * an origin with a space.
 */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): string {
  if (checkpoint.extension !== undefined) throw new Error('checkpoint: extension lines are never written')
  const text = formatCheckpoint(checkpoint)
  parseCheckpoint(text)
  return signNote(text, checkpoint.origin, key)
}

/**
 * The checkpoint that a note says, signed by `key` and of the log that the key is for.
 * @throws Fault `malformed` (`note-malformed`, `checkpoint-malformed`)
 * @throws Fault `bad-proof` (`checkpoint-signature-invalid`) if the signature by `key` does not verify.
 * @throws Fault `untrusted` (`wrong-log-key`) if there is none by `key`, or the origin is another log's.
 */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const checkpoint = parseCheckpoint(checkNote(note, [key]).text)
  if (checkpoint.origin !== key.name) {
    const got = checkpoint.origin.slice(0, 80)
    throw new Fault('wrong-log-key', `checkpoint: expected the origin ${key.name.slice(0, 80)}, got ${got}`)
  }
  return checkpoint
}
