import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import { faultOf } from '../helpers/fault-of.ts'

/** Unicode 15, table 3-7: everything beside well-formed byte sequences. */
const invalid = {
  'a lone continuation': [0x80],
  'a cut sequence': [0xe2, 0x82],
  'an overlong slash': [0xc0, 0xaf],
  'an overlong NUL': [0xe0, 0x80, 0x80],
  'a surrogate': [0xed, 0xa0, 0x80],
  'a code point beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
  'UTF-16': [0xff, 0xfe, 0x61, 0x00],
}

describe('UTF-8', () => {
  for (const [name, bytes] of Object.entries(invalid)) {
    it(`refuses ${name} instead of replacing it`, () => {
      expect(faultOf(() => parseUtf8(Uint8Array.from(bytes))).reason).to.equal('encoding-malformed')
    })
  }

  it('never reads two byte strings as one text, with a byte order mark or without', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        expect(parseUtf8(utf8(text))).to.equal(text)
      }),
    )
    expect(parseUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).to.equal('\ufeffa')
  })

  it('gives the bytes of text of any length in memory of its own', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ unit: 'binary', minLength: 250, maxLength: 270 }),
    )
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [first, second] = [utf8(one), utf8(other)]
        expect([...first]).to.deep.equal([...new TextEncoder().encode(one)])
        expect([...second]).to.deep.equal([...new TextEncoder().encode(other)])
      }),
    )
  })
})
