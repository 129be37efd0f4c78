/**
 * SHA-256, and SHA-384 and SHA-512 for the keys that need them. Synchronous everywhere: Node's own where
 * there is Node, @noble/hashes in browsers (`#crypto-backend`, chosen by the package's import map).
 */
import { hash } from '#crypto-backend'
import type { Sha256Id } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import type { HashName } from './key-kind.ts'

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes)
}

/** `sha256:` and the digest in lower-case hex. */
export function sha256Id(bytes: Uint8Array): Sha256Id {
  return `sha256:${formatHex(hash('sha256', bytes))}`
}

/** 32, 48 or 64 bytes. */
export function digest(algorithm: HashName, bytes: Uint8Array): Uint8Array {
  return hash(algorithm, bytes)
}
