import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import {
  checkAbsent,
  checkAllUnder,
  checkPrefix,
  checkPresent,
  MAX_PROOF_BYTES,
} from '../../src/map/mpt-proof.ts'
import { emptyMapRoot, mapRoot, type MapPair } from '../../src/map/mpt.ts'
import { proveKey, provePrefix } from '../../src/map/trie-proof.ts'
import { MapTrie, type MapVersion } from '../../src/map/trie.ts'
import { flipBit, refuseAll, truncations } from '../helpers/mangle.ts'
import { hexPairs, someKey, somePairs } from '../helpers/map-pairs.ts'
import { verdictOf } from '../helpers/map-verdict.ts'

function mapOf(pairs: readonly MapPair[]): MapVersion {
  return new MapTrie().put(pairs)
}

/** `p`, a package's name, its version; the value says how many images have it. */
function row(name: string, version: string, count = 1): MapPair {
  return { key: utf8(`p${name}@${version}`), value: Uint8Array.of(count) }
}

const shop = [
  row('lodash', '4.17.20', 3),
  row('lodash', '4.17.21', 5),
  row('lodash', '4.2.0'),
  row('lodash.merge', '4.6.2'),
  row('left-pad', '1.3.0'),
  row('zod', '3.0.0'),
]
const map = mapOf(shop)

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return formatHex(key).startsWith(formatHex(prefix))
}

describe('proofs of a key', () => {
  it('show each key with its value, and that any other key is absent', () => {
    fc.assert(
      fc.property(somePairs(20), fc.array(someKey, { maxLength: 5 }), (pairs, others) => {
        const version = mapOf(pairs)
        for (const pair of pairs) {
          const { value, proof } = proveKey(version, pair.key)
          expect(value).to.deep.equal(pair.value)
          checkPresent(version.root, pair, proof)
          expect(verdictOf(() => checkAbsent(version.root, pair.key, proof))).to.equal(false)
        }
        for (const key of others) {
          const { value, proof } = proveKey(version, key)
          if (value === undefined) checkAbsent(version.root, key, proof)
          else checkPresent(version.root, { key, value }, proof)
        }
      }),
    )
  })

  it('of presence hold for that value, that key and that root only', () => {
    const [pair = row('', '')] = shop
    const { proof } = proveKey(map, pair.key)
    checkPresent(map.root, pair, proof)
    const next = mapOf([...shop, row('lodash', '4.17.22')])
    refuseAll([4, 6], (count) => checkPresent(map.root, { ...pair, value: Uint8Array.of(count) }, proof))
    refuseAll(shop.slice(1), ({ key }) => checkPresent(map.root, { ...pair, key }, proof))
    refuseAll([next.root, emptyMapRoot], (root) => checkPresent(root, pair, proof))
  })

  it('of absence are refused when they are replayed for another key or another root', () => {
    const absent = row('lodash', '4.17.22')
    const { value, proof } = proveKey(map, absent.key)
    expect(value).to.equal(undefined)
    checkAbsent(map.root, absent.key, proof)
    // None of the keys that are there, though the proof ends at one of them.
    refuseAll(shop, ({ key }) => checkAbsent(map.root, key, proof))
    // Of keys that are not there, only those whose look-up takes the same path.
    refuseAll(['pleft-pad@2', 'pzod@4', 'q'], (key) => checkAbsent(map.root, utf8(key), proof))
    const since = mapOf([...shop, absent])
    refuseAll([since.root, emptyMapRoot], (root) => checkAbsent(root, absent.key, proof))
    // An empty proof is for the empty map.
    checkAbsent(emptyMapRoot, absent.key, new Uint8Array(0))
    refuseAll([map.root], (root) => checkAbsent(root, absent.key, new Uint8Array(0)))
  })

  it('are refused with any bit flipped, any end cut off, or bytes added', () => {
    const pair = shop[2] ?? row('', '')
    const absent = utf8('plodash@4.2.1')
    const present = proveKey(map, pair.key).proof
    const absence = proveKey(map, absent).proof
    for (const [proof, check] of [
      [present, (bytes: Uint8Array) => checkPresent(map.root, pair, bytes)],
      [absence, (bytes: Uint8Array) => checkAbsent(map.root, absent, bytes)],
    ] as const) {
      check(proof)
      refuseAll(truncations(proof), check)
      refuseAll(
        Array.from({ length: 8 * proof.length }, (_, n) => flipBit(proof, n)),
        check,
      )
      refuseAll(
        [
          concatBytes(proof, Uint8Array.of(0)),
          concatBytes(proof, present),
          new Uint8Array(MAX_PROOF_BYTES + 1),
        ],
        check,
      )
    }
  })
})

describe('proofs of a prefix', () => {
  it('show exactly the keys that have it, for any prefix of any map', () => {
    fc.assert(
      fc.property(somePairs(20), fc.array(someKey, { minLength: 1, maxLength: 6 }), (pairs, prefixes) => {
        const version = mapOf(pairs)
        const parts = pairs.slice(0, 3).map(({ key }) => key.slice(0, -1))
        for (const prefix of [...prefixes, ...parts, new Uint8Array(0)]) {
          const made = provePrefix(version, prefix)
          const under = [...made.pairs]
          checkPrefix(version.root, prefix, made.subtree, made.proof)
          expect(formatHex(mapRoot(under))).to.equal(formatHex(made.subtree))
          const found = checkAllUnder(version.root, prefix, under, made.proof)
          const expected = hexPairs(pairs.filter(({ key }) => startsWith(key, prefix)))
          expect(hexPairs(found)).to.have.deep.members(expected)
        }
      }),
    )
  })

  it('are refused when a version is hidden, changed, added or shown twice', () => {
    const prefix = utf8('plodash@')
    const { pairs, proof } = provePrefix(map, prefix)
    const all = [...pairs]
    expect(checkAllUnder(map.root, prefix, all, proof)).to.have.length(3)
    const changed = row('lodash', '4.2.0', 9)
    const lies = [
      ...all.map((_, i) => all.toSpliced(i, 1)),
      ...all.map((pair, i) => all.toSpliced(i, 0, pair)),
      all.map((pair) => (formatHex(pair.key) === formatHex(changed.key) ? changed : pair)),
      [...all, row('lodash', '5.0.0')],
      [...all].reverse(),
      [],
    ]
    refuseAll(lies, (lie) => checkAllUnder(map.root, prefix, lie, proof))
    // Nor does a list that was complete in another map help.
    const before = mapOf(shop.slice(1))
    const old = provePrefix(before, prefix)
    refuseAll([old.proof, proof], (path) => checkAllUnder(map.root, prefix, [...old.pairs], path))
  })

  it('are refused when a narrower subtree is shown for a wider prefix', () => {
    const wide = utf8('plodash@4.')
    for (const narrow of ['plodash@4.17.2', 'plodash@4.17.20', 'plodash@4.2']) {
      const { subtree, pairs, proof } = provePrefix(map, utf8(narrow))
      checkPrefix(map.root, utf8(narrow), subtree, proof)
      expect(
        verdictOf(() => checkPrefix(map.root, wide, subtree, proof)),
        narrow,
      ).to.equal(false)
      expect(
        verdictOf(() => checkAllUnder(map.root, wide, [...pairs], proof)),
        narrow,
      ).to.equal(false)
      // Nor without the steps that are below the prefix.
      for (const cut of truncations(proof))
        expect(verdictOf(() => checkPrefix(map.root, wide, subtree, cut))).to.equal(false)
    }
  })

  it('are refused when a wider subtree is shown for a narrower prefix, with all that is in it', () => {
    const { pairs, subtree, proof } = provePrefix(map, utf8('plodash'))
    // One-sided: the bare subtree passes, its keys do not.
    checkPrefix(map.root, utf8('plodash'), subtree, proof)
    refuseAll([[...pairs]], (lie) => checkAllUnder(map.root, utf8('plodash@'), lie, proof))
  })

  it('show that no key has it, and not of a prefix that a key has', () => {
    const { proof, subtree } = provePrefix(map, utf8('pexpress@'))
    expect(subtree).to.deep.equal(emptyMapRoot)
    expect(checkAllUnder(map.root, utf8('pexpress@'), [], proof)).to.deep.equal([])
    refuseAll(['plodash@', 'pleft-pad@', 'p', ''], (prefix) =>
      checkPrefix(map.root, utf8(prefix), subtree, proof),
    )
    // With a path proof of any key of the map, honest as it is.
    for (const { key } of shop) {
      const path = proveKey(map, concatBytes(key, Uint8Array.of(1))).proof
      refuseAll(['plodash@', 'p', ''], (prefix) => checkPrefix(map.root, utf8(prefix), subtree, path))
    }
    refuseAll([new Uint8Array(31), new Uint8Array(0)], (hash) =>
      checkPrefix(map.root, utf8('p'), hash, proof),
    )
  })

  it('leave out a key that only its padding completes to the prefix', () => {
    const short = { key: utf8('u'), value: Uint8Array.of(1) }
    const long = { key: Uint8Array.of(0x75, 0, 0xff, 7), value: Uint8Array.of(2) }
    const prefix = Uint8Array.of(0x75, 0, 0xff)
    for (const [pairs, expected] of [
      [[short], []],
      [[short, long], [long]],
    ] as const) {
      const version = mapOf(pairs)
      const made = provePrefix(version, prefix)
      expect(checkAllUnder(version.root, prefix, [...made.pairs], made.proof)).to.deep.equal(expected)
    }
  })
})
