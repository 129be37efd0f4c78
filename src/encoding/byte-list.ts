/**
 * Several strings of bytes in one answer, each after its length in four bytes, big-endian: what was signed for a run of
 * entries, or their manifests. As an entry bundle (tlog/entry-bundle.ts), but for bytes that may be long.
 *
 * Nothing in it is authenticated, not even which entries it is about: each must hash to what is known of its entry.
 */
import { Fault } from '../errors.ts'

const LENGTH_BYTES = 4

export function formatByteList(list: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((sum, one) => sum + LENGTH_BYTES + one.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const one of list) {
    view.setUint32(at, one.length)
    bytes.set(one, at + LENGTH_BYTES)
    at += LENGTH_BYTES + one.length
  }
  return bytes
}

/**
 * One at least, at most `most`. They are views of `bytes`, not copies.
 *
 * @throws Fault `bad-proof` (`answer-malformed`) for none, one that is cut, or more
 */
export function parseByteList(bytes: Uint8Array, most: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const list: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (list.length === most) throw malformed(`at most ${most} of them`, `${bytes.length - at} bytes more`)
    const from = at + LENGTH_BYTES
    if (from > bytes.length) throw malformed('a length of four bytes', `${bytes.length - at} bytes`)
    at = from + view.getUint32(from - LENGTH_BYTES)
    if (at > bytes.length) throw malformed(`${at - from} bytes`, `${bytes.length - from}`)
    list.push(bytes.subarray(from, at))
  }
  if (list.length === 0) throw malformed('one at least', 'none')
  return list
}

function malformed(expected: string, got: string): Fault {
  return new Fault('answer-malformed', `list of bytes: expected ${expected}, got ${got}`)
}
