/** Reading the vectors of transparency-dev/merkle. */
import { readdirSync } from 'node:fs'
import { parseBase64 } from '../../src/encoding/base64.ts'

/** All cases of a folder, relative to it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
}

export function vectorHash(encoded: string): Uint8Array {
  return parseBase64(encoded)
}

/** Go writes an empty list as null. */
export function vectorHashes(encoded: readonly string[] | null): Uint8Array[] {
  return (encoded ?? []).map((hash) => parseBase64(hash))
}
