/** torchwood's vectors of mpt-v1 (a subset). Their pairs stand in any order. */
import { expect } from 'chai'
import { describe } from 'mocha'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { checkAbsent, checkPrefix, checkPresent } from '../../src/map/mpt-proof.ts'
import { compareMapKeys, mapRoot } from '../../src/map/mpt.ts'
import { MapTrie } from '../../src/map/trie.ts'
import { secondAbsent, secondPrefix, secondPresent, secondRoot, type HexPair } from '../helpers/second-mpt.ts'
import { verdictOf } from '../helpers/map-verdict.ts'
import { itWithVectors, readVectors } from '../helpers/vectors.ts'

interface Claim {
  readonly root: string
  readonly proof: string
  readonly valid: boolean
}

interface Vectors {
  readonly treeHash: readonly { readonly pairs: readonly HexPair[]; readonly root: string }[]
  readonly lookup: readonly (Claim & { readonly key: string; readonly value: string | null })[]
  readonly prefix: readonly (Claim & { readonly prefix: string; readonly subtree: string })[]
}

describe('mpt-v1 by its public vectors', () => {
  itWithVectors(
    'mpt',
    'has every root, from a sorted stream, from a trie, and by the second implementation',
    (folder) => {
      const { treeHash } = readVectors<Vectors>(folder, 'mpt-v1.json')
      for (const { pairs, root } of treeHash) {
        const read = pairs.map(({ key, value }) => ({ key: parseHex(key), value: parseHex(value) }))
        expect(formatHex(new MapTrie().put(read).root)).to.equal(root)
        expect(formatHex(mapRoot(read.sort((a, b) => compareMapKeys(a.key, b.key))))).to.equal(root)
        expect(secondRoot(pairs)).to.equal(root)
      }
      expect(treeHash).to.not.have.length(0)
    },
  )

  itWithVectors('mpt', 'has every verdict on a look-up', (folder) => {
    const { lookup } = readVectors<Vectors>(folder, 'mpt-v1.json')
    for (const { root, key, value, proof, valid } of lookup) {
      const [bytes, path] = [parseHex(root), parseHex(proof)]
      const check = (): void =>
        value === null
          ? checkAbsent(bytes, parseHex(key), path)
          : checkPresent(bytes, { key: parseHex(key), value: parseHex(value) }, path)
      expect(verdictOf(check), `${key} ${proof}`).to.equal(valid)
      const second =
        value === null ? secondAbsent(root, key, proof) : secondPresent(root, { key, value }, proof)
      expect(second, `${key} ${proof}`).to.equal(valid)
    }
    expect(lookup.map(({ valid }) => valid)).to.include.members([true, false])
  })

  itWithVectors('mpt', 'has every verdict on a prefix', (folder) => {
    const { prefix: claims } = readVectors<Vectors>(folder, 'mpt-v1.json')
    for (const { root, prefix, subtree, proof, valid } of claims) {
      const check = (): void =>
        checkPrefix(parseHex(root), parseHex(prefix), parseHex(subtree), parseHex(proof))
      expect(verdictOf(check), `${prefix} ${proof}`).to.equal(valid)
      expect(secondPrefix(root, prefix, subtree, proof), `${prefix} ${proof}`).to.equal(valid)
    }
    expect(claims.map(({ valid }) => valid)).to.include.members([true, false])
  })
})
