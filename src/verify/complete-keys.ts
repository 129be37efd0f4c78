/**
 * What the proofs of an answer show of one map: for keys, the entries found under them, all and no others; for others, that the map does
 * not have them; for prefixes, all keys that have them (index.md 5 and 7).
 *
 * The answer chooses how it shows a key: alone, or among all that share a prefix. Whoever asks for a key that nothing is shown of is refused:
 * what was not proven absent is not absent.
 */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { concatBytes, equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import { formatCountedRoot, type CountedRoot } from '../map/counted-root.ts'
import { checkAbsent, checkAllUnder, checkPresent } from '../map/mpt-proof.ts'
import { MAX_KEY_BYTES } from '../map/mpt.ts'
import { checkPostings } from '../map/posting-list.ts'
import { asBadProof } from './bad-proof.ts'
import type { MapProofs, PostingsOfKey } from './completeness-wire.ts'
import type { CheckedMapRoot } from './map-root.ts'

interface ShownKey {
  readonly key: Uint8Array
  readonly value: CountedRoot
  readonly postings?: readonly LogIndex[]
}

/** Each function: @throws Fault `bad-proof` (`answer-incomplete`) if the answer shows nothing of the key, or not its list */
export interface CompleteKeys {
  /** Undefined: the map does not have the key. */
  value(key: Uint8Array): CountedRoot | undefined
  /** All entries that are found under the key, below the size asked about; ascending. */
  postings(key: Uint8Array): readonly LogIndex[]
  /** All keys that have the prefix. */
  under(prefix: Uint8Array): readonly Uint8Array[]
}

/**
 * @param below what came later is left out: keys and lists only grow, so that is the map as it was then (README 2.7, "`at`")
 * @throws Fault `bad-proof` (`map-proof-invalid`, `answer-malformed`) if any proof does not hold
 */
export function checkKeys(
  { map, root }: Pick<CheckedMapRoot, 'map' | 'root'>,
  proofs: Pick<MapProofs, 'prefixes' | 'keys' | 'absent'>,
  below: TreeSize,
): CompleteKeys {
  const [shown, whole] = [new Map<string, ShownKey>(), new Map<string, readonly ShownKey[]>()]
  for (const one of proofs.prefixes) {
    const prefix = keyOf(map, one.prefix)
    const all = checkUnder(map, root, prefix, one)
    for (const found of all) shown.set(nameOf(found.key), found)
    whole.set(nameOf(prefix), all)
  }
  for (const one of proofs.keys) {
    const found = shownKey(map, keyOf(map, one.key), one)
    const pair = { key: found.key, value: formatCountedRoot(found.value) }
    checkOf(map, found.key, () => checkPresent(root, pair, bytesOf(map, one.proof)))
    shown.set(nameOf(found.key), found)
  }
  const absent = new Set(
    proofs.absent.map((one) => {
      const key = keyOf(map, one.key)
      checkOf(map, key, () => checkAbsent(root, key, bytesOf(map, one.proof)))
      return nameOf(key)
    }),
  )
  return readerOf(map, below, { shown, whole, absent })
}

/** What is shown, under `nameOf` each key or prefix. */
interface Shown {
  readonly shown: ReadonlyMap<string, ShownKey>
  /** All keys that have the prefix. */
  readonly whole: ReadonlyMap<string, readonly ShownKey[]>
  readonly absent: ReadonlySet<string>
}

function readerOf(map: string, below: TreeSize, { shown, whole, absent }: Shown): CompleteKeys {
  // A list of a thousand packages has as many prefixes, of a few lengths.
  const lengths = [...new Set([...whole.keys()].map((prefix) => prefix.length))]
  const allLike = (name: string): readonly ShownKey[] | undefined => {
    const length = lengths.find((one) => whole.has(name.slice(0, one)))
    return length === undefined ? undefined : whole.get(name.slice(0, length))
  }
  const find = (key: Uint8Array): ShownKey | undefined => {
    const name = nameOf(key)
    const found = shown.get(name)
    if (found === undefined && !absent.has(name) && allLike(name) === undefined)
      throw incomplete(map, key, 'a proof')
    return found
  }
  return {
    value: (key) => find(key)?.value,
    postings: (key) => {
      const found = find(key)
      if (found === undefined) return []
      if (found.postings === undefined) throw incomplete(map, key, 'all its entries')
      return found.postings.filter((index) => index < below)
    },
    under: (prefix) => {
      const all = allLike(nameOf(prefix))
      if (all === undefined) throw incomplete(map, prefix, 'a proof of all keys that begin so')
      return all.map(({ key }) => key).filter((key) => startsWith(key, prefix))
    },
  }
}

function checkUnder(
  map: string,
  root: Uint8Array,
  prefix: Uint8Array,
  { keys, proof }: MapProofs['prefixes'][number],
): readonly ShownKey[] {
  const all = keys.map((one) => shownKey(map, keyOf(map, one.rest, prefix), one))
  const pairs = all.map(({ key, value }) => ({ key, value: formatCountedRoot(value) }))
  checkOf(map, prefix, () => checkAllUnder(root, prefix, pairs, bytesOf(map, proof)))
  return all
}

/** The list, where there is one, is the one that the value commits to. */
function shownKey(map: string, key: Uint8Array, { n, root, postings }: PostingsOfKey): ShownKey {
  const value = { size: treeSize(n), root: bytesOf(map, root) }
  if (value.root.length !== 32) throw refusal(map, key, 'a root of 32 bytes', `${value.root.length}`)
  if (postings === undefined) return { key, value }
  checkOf(map, key, () => checkPostings(formatCountedRoot(value), postings))
  return { key, value, postings }
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && equalBytes(key.subarray(0, prefix.length), prefix)
}

/** One text for each key, to look it up by. */
function nameOf(key: Uint8Array): string {
  return String.fromCharCode(...key)
}

function bytesOf(map: string, base64: string): Uint8Array {
  return asBadProof('map-proof-invalid', `${map} map`, () => parseBase64(base64))
}

/** A key or prefix, before anything is done with it. */
function keyOf(map: string, base64: string, prefix: Uint8Array = new Uint8Array(0)): Uint8Array {
  const key = concatBytes(prefix, bytesOf(map, base64))
  if (key.length <= MAX_KEY_BYTES) return key
  throw new Fault(
    'map-proof-invalid',
    `${map} map: expected keys of at most ${MAX_KEY_BYTES} bytes, got ${key.length}`,
  )
}

function checkOf(map: string, key: Uint8Array, check: () => void): void {
  try {
    check()
  } catch (cause) {
    // Only now: thousands of keys are checked, and most are never named.
    asBadProof('map-proof-invalid', `${map} map, key ${show(key)}`, () => {
      throw cause
    })
  }
}

function incomplete(map: string, key: Uint8Array, expected: string): Fault {
  return new Fault('answer-incomplete', `${map} map, key ${show(key)}: expected ${expected}, got nothing`)
}

function refusal(map: string, key: Uint8Array, expected: string, got: string): Fault {
  return new Fault('map-proof-invalid', `${map} map, key ${show(key)}: expected ${expected}, got ${got}`)
}

/** Where the name of what was asked for begins: behind the kind and H8 (map/keys.ts). */
const NAME_AT = 9

/** As much as tells which one is meant: the name, or else bytes in hex. */
function show(key: Uint8Array): string {
  const [kind, name] = [key.subarray(0, 1), key.subarray(NAME_AT)].map((part) => String.fromCharCode(...part))
  const isText = name !== undefined && /^[!-~]+$/.test(name)
  return `${kind} ${isText ? name : formatHex(key.subarray(1))}`.slice(0, 100)
}
