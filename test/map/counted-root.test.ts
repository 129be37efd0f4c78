import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { concatBytes, u64be } from '../../src/encoding/bytes.ts'
import { emptyRoot, leafHash } from '../../src/tlog/tree-hash.ts'
import {
  checkAllLeaves,
  countedRootOf,
  formatCountedRoot,
  parseCountedRoot,
} from '../../src/map/counted-root.ts'
import { refusal } from '../helpers/mangle.ts'

const root = Uint8Array.from({ length: 32 }, (_, i) => i)

describe('counted roots', () => {
  it('are read as they are written, up to the largest count', () => {
    for (const size of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER].map(treeSize)) {
      const value = formatCountedRoot({ size, root })
      expect(value).to.deep.equal(concatBytes(u64be(size), root))
      expect(parseCountedRoot(value)).to.deep.equal({ size, root })
      const inside = concatBytes(root, value).subarray(32)
      expect(parseCountedRoot(inside)).to.deep.equal({ size, root })
    }
  })

  it('are not those of fewer or more leaves than they count', () => {
    const leaves = [1, 2, 3].map((n) => leafHash(Uint8Array.of(n)))
    const claimed = countedRootOf(leaves)
    checkAllLeaves(claimed, leaves)
    for (const size of [0, 2, 4].map(treeSize))
      expect(refusal(() => checkAllLeaves({ ...claimed, size }, leaves)).reason).to.equal('map-proof-invalid')
    const none = countedRootOf([])
    expect(none).to.deep.equal({ size: 0, root: emptyRoot })
    checkAllLeaves(none, [])
    expect(refusal(() => checkAllLeaves(none, leaves)).reason).to.equal('map-proof-invalid')
    expect(refusal(() => checkAllLeaves({ ...none, root }, [])).reason).to.equal('map-proof-invalid')
  })

  it('are refused at any other length, and with a count that is no number here', () => {
    const value = formatCountedRoot({ size: treeSize(1), root })
    for (const other of [value.subarray(0, 39), concatBytes(value, Uint8Array.of(0)), new Uint8Array()])
      expect(refusal(() => parseCountedRoot(other)).reason).to.equal('map-proof-invalid')
    for (const at of [0, 1]) {
      const huge = value.with(at, 0x20)
      expect(refusal(() => parseCountedRoot(huge)).reason).to.equal('map-proof-invalid')
    }
  })
})
