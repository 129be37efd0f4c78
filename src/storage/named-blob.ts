/** Bytes and the name they must hash to: checked by every backend on the way in and on the way out. */
import type { Sha256Id } from '../brand.ts'
import { sha256Id } from '../crypto/sha256.ts'
import { Fault } from '../errors.ts'
import type { Blob } from '../ledger/ports.ts'

/** A wrong name would be stored for ever: what is there is left alone. That is a bug of the caller. */
export function checkBlob(blob: Blob): void {
  if (sha256Id(blob.bytes) !== blob.digest)
    throw new Error(`blob ${blob.digest}: the bytes have another hash`)
}

/** @throws Fault `bad-proof` (`integrity-error`) if the bytes do not hash to the name */
export function checkStoredBlob(digest: Sha256Id, bytes: Uint8Array): Uint8Array {
  if (sha256Id(bytes) !== digest) throw damagedBlob(digest)
  return bytes
}

export function damagedBlob(digest: Sha256Id, cause?: unknown): Fault {
  return new Fault('integrity-error', `blob ${digest}: the stored bytes no longer hash to the name`, {
    cause,
  })
}
