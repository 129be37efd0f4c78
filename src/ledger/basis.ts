/** The entry on which a revocation within an image scope rests, read from storage and checked against its own leaf. */
import { treeSize, type TreeSize } from '../brand.ts'
import { basisOf, type ControlStatement } from '../attestation/control.ts'
import { attestationIdOf, parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import { digest } from '../crypto/sha256.ts'
import { isSignature } from '../crypto/signature.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import type { Basis } from '../trust/judge-revocation.ts'
import type { BlobStore, LogStore } from './ports.ts'

/**
 * Undefined if the statement names none, or none below `size`: admission then refuses what needs one.
 *
 * @throws Fault `bad-proof` (`integrity-error`) if what is stored is not what was signed
 */
export async function readBasis(
  { log, blobs }: { readonly log: LogStore; readonly blobs: BlobStore },
  control: ControlStatement | undefined,
  size: TreeSize,
): Promise<Basis | undefined> {
  const index = basisOf(control)
  if (index === undefined || index >= size) return undefined
  const [entry] = await log.entries(index, treeSize(index + 1))
  const signed = entry === undefined ? undefined : await blobs.get(entry.attestation)
  if (entry === undefined || signed === undefined) throw damaged(index)
  const { publicKey, signature, digest: named } = parseHashedRekord(entry.leaf)
  const isTrue =
    attestationIdOf(signed) === entry.attestation &&
    equalBytes(digest(publicKey.hash, signed), named) &&
    isSignature(publicKey, signed, signature)
  if (!isTrue) throw damaged(index)
  return { index, key: publicKey.id, statement: parseStatement(parsePae(signed).payload) }
}

function damaged(index: number): Fault {
  return new Fault('integrity-error', `entry ${index}: what is stored of it is not what was signed`)
}
