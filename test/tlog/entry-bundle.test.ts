import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { formatEntryBundle, MAX_ENTRY_BYTES, parseEntryBundle } from '../../src/tlog/entry-bundle.ts'
import { refuseAll, refusal, truncations } from '../helpers/mangle.ts'

describe('entry bundles', () => {
  it('are each entry after its length in two bytes, big-endian', () => {
    const bundle = formatEntryBundle([parseHex('aabb'), new Uint8Array(0), new Uint8Array(258).fill(1)])
    expect(formatHex(bundle)).to.equal(`0002aabb00000102${'01'.repeat(258)}`)
  })

  it('read back as what was written', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 })
    fc.assert(
      fc.property(entries, (entries) => {
        const bundle = formatEntryBundle(entries)
        const padded = Uint8Array.of(9, ...bundle, 9).subarray(1, -1)
        expect(parseEntryBundle(padded, entries.length).map(formatHex)).to.deep.equal(entries.map(formatHex))
      }),
    )
  })

  it('carry the largest entry, and refuse a larger one', () => {
    const largest = new Uint8Array(MAX_ENTRY_BYTES).fill(7)
    expect(parseEntryBundle(formatEntryBundle([largest]), 1)[0]).to.deep.equal(largest)
    const fault = refusal(() => formatEntryBundle([new Uint8Array(MAX_ENTRY_BYTES + 1)]))
    expect(fault.reason).to.equal('entry-too-large')
    expect(fault.facts).to.deep.equal({ limit: 65_535, received: 65_536 })
  })

  it('are refused cut off anywhere, with a byte more, or with another number of entries', () => {
    const bundle = formatEntryBundle([
      parseHex('aabb'),
      parseHex('cc'),
      new Uint8Array(0),
      new Uint8Array(300),
    ])
    expect(refuseAll(truncations(bundle), (cut) => parseEntryBundle(cut, 4))).to.equal(bundle.length)
    expect(refusal(() => parseEntryBundle(Uint8Array.of(...bundle, 0), 4)).reason).to.equal('tile-malformed')
    expect(refusal(() => parseEntryBundle(bundle, 3)).reason).to.equal('tile-malformed')
    expect(refusal(() => parseEntryBundle(bundle, 5)).reason).to.equal('tile-malformed')
  })

  it('have 1 to 256 entries: any other number is a bug of who asks', () => {
    for (const count of [0, 257, -1, 1.5])
      expect(() => parseEntryBundle(new Uint8Array(0), count)).to.throw('1 to 256')
    expect(() => formatEntryBundle([])).to.throw('1 to 256')
    expect(() => formatEntryBundle(Array.from({ length: 257 }, () => new Uint8Array(0)))).to.throw('1 to 256')
  })
})
