import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatHex, parseHex } from '../../src/encoding/hex.ts'
import { faultOf } from '../helpers/fault-of.ts'

describe('hex', () => {
  it('is what it was parsed from', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(formatHex(bytes)).to.equal(Buffer.from(bytes).toString('hex'))
        expect(parseHex(formatHex(bytes))).to.deep.equal(bytes)
      }),
    )
  })

  for (const text of ['0', 'AB', 'aB', '0x', 'zz', '00 ', ' 00', '0g', '00\n', '٠٠']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(faultOf(() => parseHex(text)).reason).to.equal('hex-malformed')
    })
  }
})
