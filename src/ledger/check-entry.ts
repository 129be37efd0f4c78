/** One stored entry against what was signed: hashes, signature, and whether it was right to admit it at its index. */
import { treeSize } from '../brand.ts'
import { parseControl, type ControlStatement } from '../attestation/control.ts'
import { attestationIdOf, parsePae } from '../attestation/pae.ts'
import { environmentOf } from '../attestation/deployment.ts'
import { namesOf, parseStatement, type Statement } from '../attestation/statement.ts'
import { digest } from '../crypto/sha256.ts'
import { isSignature } from '../crypto/signature.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { parseHashedRekord, type HashedRekord } from '../entry/hashed-rekord.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { judgeSubmission } from '../trust/admission.ts'
import type { Basis } from '../trust/judge-revocation.ts'
import { foldControl, type TrustState } from '../trust/trust-state.ts'
import { readBasis } from './basis.ts'
import { reasonOf } from './finding.ts'
import type { BlobStore, LogEntry, LogStore } from './ports.ts'

/** What is wrong with the entry; folds it into `trust` if it is a control statement. */
export async function checkEntry(
  entry: LogEntry,
  stores: { readonly log: LogStore; readonly blobs: BlobStore },
  trust: TrustState,
): Promise<readonly string[]> {
  try {
    const signed = await stores.blobs.get(entry.attestation)
    if (signed === undefined) return [`the blob ${entry.attestation} is missing`]
    const body = parseHashedRekord(entry.leaf)
    const wrong = [...checkHashes(entry, body, signed)]
    const statement = parseStatement(parsePae(signed).payload)
    const control = parseControl(statement)
    const basis = await readBasis(stores, control, treeSize(entry.index))
    return [...wrong, ...checkAdmission(entry, { statement, control, basis }, trust)]
  } catch (cause) {
    return [reasonOf(cause)]
  }
}

function* checkHashes(entry: LogEntry, body: HashedRekord, signed: Uint8Array): Iterable<string> {
  if (!equalBytes(leafHash(entry.leaf), entry.leafHash))
    yield 'the stored leaf hash is not the hash of the stored entry'
  if (attestationIdOf(signed) !== entry.attestation) yield 'the blob is not what the entry names'
  if (body.publicKey.id !== entry.key) yield `signed by ${body.publicKey.id}, but stored as by ${entry.key}`
  if (!equalBytes(digest(body.publicKey.hash, signed), body.digest))
    yield 'the entry is about other bytes than the blob'
  if (!isSignature(body.publicKey, signed, body.signature)) yield 'the signature does not verify'
}

interface Said {
  readonly statement: Statement
  readonly control: ControlStatement | undefined
  readonly basis: Basis | undefined
}

function checkAdmission(entry: LogEntry, said: Said, trust: TrustState): readonly string[] {
  const { control } = said
  const refused = admissionRefused(entry, said, trust)
  if (control !== undefined && refused.length === 0) {
    foldControl(trust, { index: entry.index, attestation: entry.attestation, key: entry.key, control })
  }
  return refused
}

function admissionRefused(
  entry: LogEntry,
  { statement, control, basis }: Said,
  trust: TrustState,
): readonly string[] {
  try {
    judgeSubmission(trust, {
      index: entry.index,
      attestation: entry.attestation,
      key: entry.key,
      predicateType: statement.predicateType,
      names: namesOf(statement),
      environment: environmentOf(statement),
      ...(control === undefined ? {} : { control, basis }),
    })
    return []
  } catch (cause) {
    return [`should not have been admitted: ${reasonOf(cause)}`]
  }
}
