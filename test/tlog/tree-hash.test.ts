import { expect } from 'chai'
import { describe, it } from 'mocha'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { emptyRoot, leafHash, nodeHash } from '../../src/tlog/tree-hash.ts'

describe('tree hashes', () => {
  it('are those of RFC 6962', () => {
    expect(formatBase64(emptyRoot)).to.equal('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
    const leaves = [leafHash(new Uint8Array(0)), leafHash(Uint8Array.of(0))] as const
    expect(formatHex(leaves[0])).to.equal('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(formatHex(nodeHash(...leaves))).to.equal(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    )
  })

  it('keep leaves and nodes apart, so that no inner node can be shown as an entry', () => {
    const [left, right] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))]
    const node = formatHex(nodeHash(left, right))
    expect(formatHex(leafHash(concatBytes(left, right)))).not.to.equal(node)
    expect(formatHex(leafHash(concatBytes(Uint8Array.of(1), left, right)))).not.to.equal(node)
    expect(formatHex(nodeHash(right, left))).not.to.equal(node)
  })

  it('keep nothing of one node for the next', () => {
    const [a, b] = [parseHex('aa'.repeat(32)), parseHex('bb'.repeat(32))]
    const first = nodeHash(a, b)
    const copy = formatHex(first)
    nodeHash(b, a)
    expect(formatHex(first)).to.equal(copy)
    expect(formatHex(nodeHash(a, b))).to.equal(copy)
  })

  it('are of two whole hashes: a byte moved from one to the other is a bug, not a hash', () => {
    expect(() => nodeHash(new Uint8Array(31), new Uint8Array(33))).to.throw('two 32-byte hashes')
    expect(() => nodeHash(new Uint8Array(33), new Uint8Array(31))).to.throw('two 32-byte hashes')
  })
})
