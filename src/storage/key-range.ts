/** The keys under a prefix as a range of byte strings: `lower` ≤ key < `upper`. The same for every backend. */
import { compareBytes, concatBytes } from '../encoding/bytes.ts'

export interface KeyRange {
  readonly lower: Uint8Array
  /** Left out if no key is too high. */
  readonly upper: Uint8Array | undefined
}

const zero = Uint8Array.of(0)

/** Keys with the prefix, those after `after` only. */
export function rangeUnder(prefix: Uint8Array, after?: Uint8Array): KeyRange {
  const upper = behindPrefix(prefix)
  if (after === undefined) return { lower: prefix, upper }
  // Nothing stands between a byte string and itself with a zero byte behind.
  const next = concatBytes(after, zero)
  return { lower: compareBytes(next, prefix) > 0 ? next : prefix, upper }
}

/** The lowest byte string that is higher than everything with the prefix; none after ff ff … ff. */
function behindPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const upper = new Uint8Array(prefix.subarray(0, length))
  upper[length - 1] = (upper[length - 1] as number) + 1
  return upper
}
