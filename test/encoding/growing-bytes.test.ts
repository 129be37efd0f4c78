import { describe, it } from 'mocha'
import { expect } from 'chai'
import fc from 'fast-check'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { createGrowingBytes } from '../../src/encoding/growing-bytes.ts'

describe('growing bytes', () => {
  it('hold what was appended, in whatever pieces it came', () => {
    const pieces = fc.array(
      fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(9_000).fill(7))),
    )
    fc.assert(
      fc.property(pieces, (chunks) => {
        const whole = concatBytes(...chunks)
        const grown = createGrowingBytes(whole.length)
        for (const chunk of chunks) grown.append(chunk)
        expect(grown.bytes()).to.deep.equal(whole)
        expect(grown.length).to.equal(grown.bytes().length)
        for (const expected of [0, 100, whole.length]) {
          const other = createGrowingBytes(whole.length, expected)
          for (const chunk of chunks) other.append(chunk)
          expect(other.take()).to.deep.equal(whole)
          expect(other.take().buffer.byteLength, 'nothing more is kept').to.equal(whole.length)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('do not keep the pieces: a million tiny ones cost what their bytes cost', () => {
    const grown = createGrowingBytes(10_000_000)
    for (let i = 0; i < 1_000_000; i++) grown.append(Uint8Array.of(i % 251))
    expect(grown.bytes().buffer.byteLength).to.be.at.most(2_100_000)
    expect(grown.bytes()[999_999]).to.equal(999_999 % 251)
  })

  it('take no memory for what was only declared, beyond what is nothing', () => {
    const grown = createGrowingBytes(100_000_000, 50_000_000)
    grown.append(new Uint8Array(1))
    expect(grown.bytes().buffer.byteLength).to.equal(256 * 1024)
  })

  it('take no more memory than they may become long, and no more bytes', () => {
    const grown = createGrowingBytes(100_000)
    for (let i = 0; i < 10; i++) grown.append(new Uint8Array(10_000))
    expect(grown.bytes().buffer.byteLength).to.equal(100_000)
    expect(() => grown.append(new Uint8Array(1))).to.throw('at most 100000')
  })
})
