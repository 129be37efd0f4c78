/**
 * Proof files (https://c2sp.org/tlog-proof): that an entry is in a log, to be checked offline.
 *
 *     c2sp.org/tlog-proof@v1
 *     extra aGVsbG8=                                  optional, for the application; not authenticated
 *     index 5
 *     QnGia+DYqE8L1UyMMC58s6O10fpngKQLzOKHNHfatlg=    the inclusion proof, leaf to root
 *
 *     example.com/ledger                              the checkpoint's note as it is, with all signatures
 *     …
 *
 * The entry itself is not in the file: who checks has it, or makes it again.
 */
import { logIndex, type LogIndex } from '../brand.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { Fault } from '../errors.ts'
import { openCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.ts'
import { checkInclusion } from './inclusion.ts'
import { parseNote, type VerifierKey } from './signed-note.ts'
import { HASH_BYTES } from './tree-hash.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A proof in a tree of at most 2^63 entries, as tlog-proof has it. */
const MAX_PROOF_HASHES = 63
/** As long as a note may be, and as much again for `extra`. */
const MAX_PROOF_FILE_LENGTH = 2_000_000

export interface ProofFile {
  /** Not authenticated by anything. */
  readonly extra?: Uint8Array
  readonly index: LogIndex
  /** 32 bytes each, leaf to root. */
  readonly proof: readonly Uint8Array[]
  /** The whole signed note. */
  readonly checkpoint: string
}

export function formatProofFile({ extra, index, proof, checkpoint }: ProofFile): string {
  const extraLine = extra === undefined ? [] : [`extra ${formatBase64(extra)}`]
  const lines = [HEADER, ...extraLine, `index ${index}`, ...proof.map(formatBase64)]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/**
 * Reads a proof file without verifying anything.
 * @throws Fault `malformed` (`proof-malformed`, `note-malformed`, `checkpoint-malformed`)
 */
export function parseProofFile(text: string): ProofFile {
  const end = text.length <= MAX_PROOF_FILE_LENGTH ? text.indexOf('\n\n') : -1
  if (end === -1) throw malformed('a proof, a blank line and a checkpoint', `${text.length} characters`)
  const [header = '', ...lines] = text.slice(0, end).split('\n')
  if (header !== HEADER) throw malformed(HEADER, header.slice(0, 80))
  const extra = lines[0]?.startsWith('extra ') ? parseBytes(lines.shift()?.slice(6) ?? '') : undefined
  const index = parseIndex(lines.shift() ?? '')
  if (lines.length > MAX_PROOF_HASHES)
    throw malformed(`at most ${MAX_PROOF_HASHES} hashes`, `${lines.length}`)
  const bare = { index, proof: lines.map(parseHash), checkpoint: text.slice(end + 2) }
  parseCheckpoint(parseNote(bare.checkpoint).text)
  const file = extra === undefined ? bare : { extra, ...bare }
  if (formatProofFile(file) !== text) throw malformed('the canonical form', 'another')
  return file
}

function parseIndex(line: string): LogIndex {
  const index = Number(/^index (\d{1,16})$/.exec(line)?.[1] ?? NaN)
  if (!Number.isSafeInteger(index)) throw malformed('the line "index <decimal>"', line.slice(0, 80))
  return logIndex(index)
}

function parseHash(line: string): Uint8Array {
  const hash = parseBytes(line)
  if (hash.length !== HASH_BYTES) throw malformed('hashes of 32 bytes', `${hash.length}`)
  return hash
}

function parseBytes(encoded: string): Uint8Array {
  try {
    return parseBase64(encoded, 'proof file')
  } catch (cause) {
    throw new Fault('proof-malformed', 'proof file: expected base64', { cause })
  }
}

function malformed(expected: string, got: string): Fault {
  return new Fault('proof-malformed', `proof file: expected ${expected}, got ${got}`)
}

/**
 * The entry with this leaf hash is in the log of `key`, at the file's index, by the checkpoint returned.
 * `extra` is not covered.
 * @throws Fault as `openCheckpoint` does, and `bad-proof` (`inclusion-proof-invalid`).
 */
export function checkProofFile(file: ProofFile, leafHash: Uint8Array, key: VerifierKey): Checkpoint {
  const checkpoint = openCheckpoint(file.checkpoint, key)
  const { size, root } = checkpoint
  checkInclusion({ leafHash, index: file.index, size, root }, file.proof)
  return checkpoint
}
