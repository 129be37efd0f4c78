import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { compareBytes, concatBytes, equalBytes, u64be } from '../../src/encoding/bytes.ts'

const bytes = fc.uint8Array({ maxLength: 12, max: 3 })

describe('bytes', () => {
  it('are joined in order into memory of their own', () => {
    const part = Uint8Array.of(1, 2)
    const whole = concatBytes(part, new Uint8Array(), Uint8Array.of(3))
    part[0] = 9
    expect(whole).to.deep.equal(Uint8Array.of(1, 2, 3))
    expect(concatBytes()).to.deep.equal(new Uint8Array())
  })

  it('are equal and ordered exactly as in memcmp', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const order = Buffer.compare(a, b)
        expect(Math.sign(compareBytes(a, b))).to.equal(order)
        expect(equalBytes(a, b)).to.equal(order === 0)
      }),
    )
  })

  it('sort a prefix first', () => {
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).to.be.below(0)
  })

  it('hold numbers beyond 32 bits without cutting them', () => {
    for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER]) {
      const view = new DataView(u64be(value).buffer)
      expect(view.getBigUint64(0)).to.equal(BigInt(value))
    }
  })
})
