import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { formatVarint, readVarint } from '../../src/encoding/varint.ts'
import { refusal } from '../helpers/mangle.ts'

describe('varints', () => {
  it('are seven bits a byte, the lowest first', () => {
    const known = [
      [0, '00'],
      [1, '01'],
      [127, '7f'],
      [128, '8001'],
      [300, 'ac02'],
      [8199, '8740'],
      [2 ** 53 - 1, 'ffffffffffffff0f'],
    ] as const
    for (const [value, hex] of known) {
      expect(formatHex(formatVarint(value)), String(value)).to.equal(hex)
      expect(readVarint(parseHex(hex), 0)).to.deep.equal({ value, end: hex.length / 2 })
    }
  })

  it('are read back where they stand, whatever follows', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.uint8Array({ maxLength: 3 }),
        fc.uint8Array({ maxLength: 3 }),
        (value, before, after) => {
          const bytes = Uint8Array.of(...before, ...formatVarint(value), ...after)
          expect(readVarint(bytes, before.length)).to.deep.equal({ value, end: bytes.length - after.length })
        },
      ),
    )
  })

  it('are refused when they are cut off, longer than need be, or too large', () => {
    for (const hex of [
      '',
      '80',
      'ffff',
      '8000',
      '818000',
      'ffffffffffffff10',
      'ffffffffffffffff01',
      '808080808080808001',
    ])
      expect(refusal(() => readVarint(parseHex(hex), 0)).reason, hex).to.equal('encoding-malformed')
  })
})
