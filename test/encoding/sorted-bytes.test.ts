/** Byte strings in little memory against plain arrays. */
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { createByteRecords } from '../../src/encoding/byte-records.ts'
import { compareBytes, equalBytes } from '../../src/encoding/bytes.ts'
import { sortedBytes } from '../../src/encoding/sorted-bytes.ts'

const MIB = 1024 * 1024

describe('byte records', () => {
  it('come back from their places, of any length, though what was added has changed since', () => {
    const records = createByteRecords()
    const lengths = [0, 1, 300, 4_096, 70_000, 3 * MIB, 0, 255, 256, MIB - 4, 5]
    const places = lengths.map((length, i) => {
      const bytes = new Uint8Array(length).fill(i)
      const place = records.add(bytes)
      bytes.fill(0xff)
      return place
    })
    const read = places.map((place) => records.read(place))
    expect(read.map((bytes) => bytes.length)).to.deep.equal(lengths)
    expect(read.every((bytes, i) => bytes.every((byte) => byte === i))).to.equal(true)
    expect(places.every((place, i) => i === 0 || place > (places[i - 1] ?? place))).to.equal(true)
  })
})

describe('sorted bytes', () => {
  it('are in the order of their bytes, each once', () => {
    const strings = fc.array(fc.uint8Array({ maxLength: 4, max: 3 }), { maxLength: 60 })
    fc.assert(
      fc.property(strings, (some) => {
        const sorted = [...some].sort(compareBytes)
        const expected = sorted.filter((one, i) => i === 0 || !equalBytes(one, sorted[i - 1] ?? one))
        const found = sortedBytes(some)
        expect(found.length).to.equal(expected.length)
        expect([...found].map((one) => [...one])).to.deep.equal(expected.map((one) => [...one]))
      }),
    )
  })
})
