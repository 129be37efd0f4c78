import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import {
  compareMapKeys,
  createMapHasher,
  firstDifference,
  keyBit,
  mapRoot,
  MAX_BIT,
  type MapPair,
} from '../../src/map/mpt.ts'
import { refusal } from '../helpers/mangle.ts'
import { hexPairs, someKey, somePairs } from '../helpers/map-pairs.ts'
import { secondRoot } from '../helpers/second-mpt.ts'

function pairOf(key: string, value: string): MapPair {
  return { key: parseHex(key), value: parseHex(value) }
}

function sorted(pairs: readonly MapPair[]): readonly MapPair[] {
  return [...pairs].sort((a, b) => compareMapKeys(a.key, b.key))
}

/** Facts of torchwood's tests: key and value by turns, in the order of the padded keys; then the root. */
const golden: readonly (readonly [readonly string[], string])[] = [
  [[], 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [['', ''], '709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c'],
  [['ab', 'cd'], 'e2803f59293564e96b6c5c16157cec731a294631aefb5d08d18630ed6a27184c'],
  [['12', 'cc', '3456', 'dd'], 'd85d93750f8d1daa041073d83fcd94fd122775aa99878f5db30818c206a3fe91'],
  // A NUL after a shorter key: the shorter one, padded, is the later one.
  [
    ['ab0000', '83', 'ab00', '82', 'ab', '81'],
    '774fd8699a3458f407810074ba63252db93684833e0b2cc06edaa379408ea1d0',
  ],
]

describe('the hash of a map', () => {
  it('is the published one of mpt-v1', () => {
    for (const [row, root] of golden) {
      const keys = row.filter((_, i) => i % 2 === 0)
      const pairs = keys.map((key, i) => pairOf(key, row[2 * i + 1] ?? ''))
      expect(formatHex(mapRoot(pairs)), row.join(' ')).to.equal(root)
    }
  })

  it('is that of the tree which index.md defines, for any set of keys', () => {
    fc.assert(
      fc.property(somePairs(20), (pairs) => {
        expect(formatHex(mapRoot(sorted(pairs)))).to.equal(secondRoot(hexPairs(pairs)))
      }),
    )
  })

  it('takes pairs one by one in their order only: none twice, none late, none too long', () => {
    const first = pairOf('ab00', '01')
    for (const next of [first, pairOf('ab0000', '01'), pairOf('aa', '01')]) {
      const hasher = createMapHasher()
      hasher.add(first)
      expect(refusal(() => hasher.add(next)).reason).to.equal('map-proof-invalid')
    }
    const [longest, tooLong] = [new Uint8Array(1024), new Uint8Array(1025)]
    expect(mapRoot([{ key: longest, value: longest }])).to.have.length(32)
    refusal(() => mapRoot([{ key: tooLong, value: longest }]))
    refusal(() => mapRoot([{ key: longest, value: tooLong }]))
  })
})

describe('padded keys', () => {
  it('differ wherever keys do, and are sorted by the first bit that differs', () => {
    fc.assert(
      fc.property(someKey, someKey, (a, b) => {
        const bit = firstDifference(a, b)
        expect(bit === undefined).to.equal(formatHex(a) === formatHex(b))
        if (bit === undefined) return
        expect(keyBit(a, bit)).to.not.equal(keyBit(b, bit))
        for (let n = 0; n < bit; n++) expect(keyBit(a, n)).to.equal(keyBit(b, n))
        expect(compareMapKeys(a, b)).to.equal(keyBit(a, bit) === 0 ? -1 : 1)
      }),
    )
  })

  it('differ at MAX_BIT at the latest', () => {
    const longest = new Uint8Array(1024).fill(0xff)
    // The shorter one's padding is 00 FF…, and the longest one's 00 follows where that still says FF.
    const shorter = longest.with(1023, 0).with(1022, 0)
    expect(firstDifference(shorter.slice(0, 1022), shorter.with(1023, 0xff))).to.equal(8 * 1024)
    expect(8 * 1024).to.be.at.most(MAX_BIT)
  })
})
