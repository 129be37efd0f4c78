/** Under which keys of the component map a search's parts stand, together: the same prefix may be meant by several of them. */
import { formatHex } from '../encoding/hex.ts'
import { keysOfPart } from '../verify/search-keys.ts'
import type { SearchPart } from '../verify/search.ts'
import type { KeysAsked } from './complete.ts'

/**
 * A key's kind and H8 (map/keys.ts), which every prefix of a part begins with: a list of a thousand packages is not
 * gone through for each key.
 */
const HEAD_BYTES = 9

type MayBeMeant = (key: Uint8Array) => boolean

export function keysOfParts(parts: readonly SearchPart[]): Pick<KeysAsked, 'prefixes' | 'keys' | 'meant'> {
  const all = parts.map(keysOfPart)
  const prefixes = new Map<string, Uint8Array>()
  const byHead = new Map<string, { readonly prefix: string; readonly mayBeMeant: MayBeMeant }[]>()
  for (const { prefix, mayBeMeant } of all.flatMap((one) => one.prefixes)) {
    const [text, head] = [formatHex(prefix), headOf(prefix)]
    prefixes.set(text, prefix)
    const others = byHead.get(head) ?? []
    byHead.set(head, [...others, { prefix: text, mayBeMeant }])
  }
  const isMeant: MayBeMeant = (key) => {
    const text = formatHex(key)
    const some = byHead.get(headOf(key)) ?? []
    return some.some(({ prefix, mayBeMeant }) => text.startsWith(prefix) && mayBeMeant(key))
  }
  return {
    prefixes: [...prefixes.values()],
    keys: [...new Map(all.flatMap(({ keys }) => keys.map((key) => [formatHex(key), key]))).values()],
    meant: (key) => (isMeant(key) ? 'yes' : 'no'),
  }
}

function headOf(key: Uint8Array): string {
  return formatHex(key.subarray(0, HEAD_BYTES))
}
