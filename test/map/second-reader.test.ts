/** Two readers of map proofs, ours and one written from index.md alone, have the same verdict on proofs and on lies. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatHex } from '../../src/encoding/hex.ts'
import { checkAbsent, checkPrefix, checkPresent } from '../../src/map/mpt-proof.ts'
import { emptyMapRoot, type MapPair } from '../../src/map/mpt.ts'
import { proveKey, provePrefix } from '../../src/map/trie-proof.ts'
import { MapTrie, type MapVersion } from '../../src/map/trie.ts'
import { STRIDE, withoutStacks } from '../helpers/mangle.ts'
import { keyOfNumbers, numbersFrom } from '../helpers/map-pairs.ts'
import { verdictOf } from '../helpers/map-verdict.ts'
import { secondAbsent, secondPrefix, secondPresent } from '../helpers/second-mpt.ts'

/** Issue 7; every so many in a browser. */
const CASES = Math.floor(100_000 / STRIDE)
const CASES_PER_MAP = 200

interface World {
  readonly next: () => number
  readonly pairs: readonly MapPair[]
  readonly version: MapVersion
  /** Of the map before its last key came. */
  readonly before: MapVersion
}

function makeWorld(next: () => number): World {
  const rows = Array.from({ length: 1 + (next() % 40) }, () => ({
    key: keyOfNumbers(next),
    value: keyOfNumbers(next),
  }))
  const pairs = [...new Map(rows.map((pair) => [formatHex(pair.key), pair])).values()]
  const trie = new MapTrie()
  const before = trie.put(pairs.slice(0, -1))
  return { next, pairs, before, version: trie.put(pairs) }
}

/** One time in two as it is; else a bit, a byte or an end of it changed. */
function perhapsMangled(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = next() % Math.max(1, bytes.length)
  const kind = next() % 8
  if (bytes.length === 0 || kind > 3) return bytes
  if (kind === 0) return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (next() % 8)))
  if (kind === 1) return bytes.slice(0, at)
  if (kind === 2) return bytes.with(at, next() % 4)
  return Uint8Array.of(...bytes.subarray(0, at), next() % 256, ...bytes.subarray(at))
}

/** A key for which a proof is made, and one, often the same, for which it is shown. */
function twoKeys({ next, pairs }: World): readonly [Uint8Array, Uint8Array] {
  const pick = (): Uint8Array =>
    next() % 2 === 0 ? (pairs[next() % pairs.length]?.key ?? keyOfNumbers(next)) : keyOfNumbers(next)
  const proven = pick()
  return [proven, next() % 3 === 0 ? pick() : proven]
}

/** [ours, theirs] */
function lookUpVerdicts(world: World): readonly [boolean, boolean] {
  const { next, version, before } = world
  const [proven, key] = twoKeys(world)
  const made = proveKey(next() % 5 === 0 ? before : version, proven)
  const proof = perhapsMangled(made.proof, next)
  const root = formatHex(version.root)
  if (made.value === undefined || next() % 8 === 0) {
    const ours = verdictOf(() => checkAbsent(version.root, key, proof))
    return [ours, secondAbsent(root, formatHex(key), formatHex(proof))]
  }
  const value = next() % 6 === 0 ? keyOfNumbers(next) : made.value
  const theirs = secondPresent(root, { key: formatHex(key), value: formatHex(value) }, formatHex(proof))
  return [verdictOf(() => checkPresent(version.root, { key, value }, proof)), theirs]
}

function prefixVerdicts(world: World): readonly [boolean, boolean] {
  const { next, version, before } = world
  const [whole, other] = twoKeys(world)
  const length = next() % (whole.length + 1)
  const made = provePrefix(next() % 5 === 0 ? before : version, whole.slice(0, length))
  const prefix = other.slice(0, next() % 3 === 0 ? next() % (other.length + 1) : length)
  const subtree = next() % 8 === 0 ? emptyMapRoot : made.subtree
  const proof = perhapsMangled(made.proof, next)
  const ours = verdictOf(() => checkPrefix(version.root, prefix, subtree, proof))
  const [root, hash] = [formatHex(version.root), formatHex(subtree)]
  return [ours, secondPrefix(root, formatHex(prefix), hash, formatHex(proof))]
}

describe('a second reader of map proofs', () => {
  it(`agrees with ours on ${CASES} random proofs, half of them wrong`, () => {
    const next = numbersFrom(20_261_124)
    let accepted = 0
    let world = makeWorld(next)
    withoutStacks(() => {
      for (let i = 0; i < CASES; i++) {
        if (i % CASES_PER_MAP === 0) world = makeWorld(next)
        const [ours, theirs] = i % 2 === 0 ? lookUpVerdicts(world) : prefixVerdicts(world)
        if (ours !== theirs) throw new Error(`case ${i}: ours says ${ours}, the other ${theirs}`)
        if (ours) accepted++
      }
    })
    expect(accepted).to.be.within(0.3 * CASES, 0.7 * CASES)
  })
})
