/**
 * The hashes of a log's Merkle tree (RFC 6962 2.1, the same as RFC 9162 2.1 with SHA-256).
 *
 *     leaf  = SHA-256(00 ‖ entry)
 *     node  = SHA-256(01 ‖ left ‖ right)
 *     empty = SHA-256()
 *
 * The first byte keeps leaves and nodes apart: no inner node can be shown as an entry.
 * Which hashes make a root is the business of right-edge.ts, inclusion.ts and consistency.ts.
 */
import { sha256 } from '../crypto/sha256.ts'

export const HASH_BYTES = 32

const leafPrefix = 0x00
const nodePrefix = 0x01

/** The root of the tree without entries, 32 bytes. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0))

/** 32 bytes; `entry` is the bytes as logged. */
export function leafHash(entry: Uint8Array): Uint8Array {
  const length = 1 + entry.length
  const input = length > leafInput.length ? new Uint8Array(length) : leafInput
  input[0] = leafPrefix
  input.set(entry, 1)
  return sha256(input.subarray(0, length))
}

// One buffer for all: hashing is synchronous and keeps nothing, and these are the log's hottest functions.
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES)
/** Entries are a few hundred bytes. */
const leafInput = new Uint8Array(4096)

/** 32 bytes; so are `left` and `right`. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new Error(`node: expected two 32-byte hashes, got ${left.length} and ${right.length} bytes`)
  }
  nodeInput[0] = nodePrefix
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + HASH_BYTES)
  return sha256(nodeInput)
}
