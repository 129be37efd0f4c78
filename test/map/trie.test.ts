import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatHex } from '../../src/encoding/hex.ts'
import { compareMapKeys, mapRoot, type MapPair } from '../../src/map/mpt.ts'
import { allPairs, proveKey } from '../../src/map/trie-proof.ts'
import { MapTrie, type MapVersion } from '../../src/map/trie.ts'
import { hexPairs, somePairs } from '../helpers/map-pairs.ts'
import { secondRoot } from '../helpers/second-mpt.ts'

/** What the versions should hold: key in hex to pair. */
type Model = ReadonlyMap<string, MapPair>

function withPairs(model: Model, pairs: readonly MapPair[]): Model {
  return new Map([...model, ...pairs.map((pair) => [formatHex(pair.key), pair] as const)])
}

function expectVersion(version: MapVersion, model: Model): void {
  const sorted = [...model.values()].sort((a, b) => compareMapKeys(a.key, b.key))
  expect(hexPairs([...allPairs(version)])).to.deep.equal(hexPairs(sorted))
  expect(formatHex(version.root)).to.equal(formatHex(mapRoot(sorted)))
  expect(version.keyCount).to.equal(model.size)
}

function numbered(i: number, value = i): MapPair {
  return {
    key: Uint8Array.of(0x70, (i * 151) % 256, Math.floor(i / 256), 0x40),
    value: Uint8Array.of(value % 256),
  }
}

describe('a map in memory', () => {
  it('has the root of its keys, whatever the order and the batches they came in', () => {
    fc.assert(
      fc.property(somePairs(24), fc.array(fc.nat(6), { maxLength: 12 }), fc.nat(), (pairs, cuts, turn) => {
        const trie = new MapTrie()
        const turned = [
          ...pairs.slice(turn % (pairs.length + 1)),
          ...pairs.slice(0, turn % (pairs.length + 1)),
        ]
        for (const cut of [...cuts, turned.length]) trie.put(turned.splice(0, cut))
        expect(formatHex(trie.latest.root)).to.equal(secondRoot(hexPairs(pairs)))
        expect(trie.latest.keyCount).to.equal(pairs.length)
      }),
    )
  })

  it('keeps each version as it was until it is released, whichever is released first', () => {
    const step = fc.record({ pairs: somePairs(8), release: fc.option(fc.nat(), { freq: 2 }) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const trie = new MapTrie()
        const held: { version: MapVersion; model: Model }[] = [{ version: trie.latest, model: new Map() }]
        for (const { pairs, release } of steps) {
          const model = withPairs(held.at(-1)?.model ?? new Map(), pairs)
          held.push({ version: trie.put(pairs), model })
          const [released] = release === null ? [] : held.splice(release % (held.length - 1), 1)
          if (released !== undefined) trie.release(released.version)
          for (const { version, model: known } of held) expectVersion(version, known)
        }
      }),
    )
  })

  it('gives back what only released versions had', () => {
    const trie = new MapTrie()
    const put = (pairs: readonly MapPair[]): void => {
      const before = trie.latest
      trie.put(pairs)
      trie.release(before)
    }
    put(Array.from({ length: 3_000 }, (_, i) => numbered(i)))
    put([numbered(0, 1)])
    const allocated = trie.byteLength
    for (let round = 0; round < 300; round++)
      put(Array.from({ length: 5 }, (_, i) => numbered((round * 5 + i) % 3_000, round)))
    expect(trie.byteLength).to.equal(allocated)
  })

  it('needs at most 200 bytes a key of 50 bytes with a value of 40', () => {
    const trie = new MapTrie()
    const pairs = Array.from({ length: 4_096 }, (_, i) => ({
      key: new Uint8Array(50)
        .fill(0x61)
        .with(9, i % 256)
        .with(10, Math.floor(i / 256)),
      value: new Uint8Array(40),
    }))
    trie.put(pairs)
    expect(trie.byteLength / pairs.length).to.be.below(200)
  })

  it('takes keys that are chosen to make it thousands of nodes deep', () => {
    // Each key continues the one before: one more byte of ones, so that each parts from all longer ones by itself.
    const pairs = Array.from({ length: 1_025 }, (_, i) => ({
      key: new Uint8Array(i).fill(0xff),
      value: Uint8Array.of(1),
    }))
    const bits = Array.from({ length: 8_000 }, (_, i) => {
      const key = new Uint8Array(1_001).fill(0x00)
      const byte = Math.floor(i / 8)
      key[byte] = 2 ** (7 - (i % 8))
      return { key, value: Uint8Array.of(2) }
    })
    const trie = new MapTrie()
    trie.put(pairs)
    trie.put(bits)
    const { proof } = proveKey(trie.latest, new Uint8Array(1_001))
    expect(proof.length).to.be.greaterThan(8_000 * 33)
    const sorted = [...pairs, ...bits].sort((a, b) => compareMapKeys(a.key, b.key))
    expect(formatHex(trie.latest.root)).to.equal(formatHex(mapRoot(sorted)))
  })

  it('takes a key twice in a batch, too long a key and too early a release for bugs', () => {
    const trie = new MapTrie()
    const empty = trie.latest
    expect(() => trie.put([numbered(1), numbered(1)])).to.throw('each key once')
    expect(() => trie.put([{ key: new Uint8Array(1_025), value: new Uint8Array(0) }])).to.throw('1024')
    expect(() => trie.release(empty)).to.throw('latest')
    trie.put([numbered(1)])
    trie.release(empty)
    expect(() => proveKey(empty, new Uint8Array(1))).to.throw('released')
    expect(() => trie.release(empty)).to.throw('not held')
  })
})
