import { expect } from 'chai'
import { describe, it } from 'mocha'
import { bitOfByte, firstDifferingBit } from '../../src/encoding/bits.ts'

describe('bits of a byte', () => {
  it('are counted from the highest, as the byte is written', () => {
    for (let byte = 0; byte < 256; byte++) {
      const written = byte.toString(2).padStart(8, '0')
      for (let n = 0; n < 8; n++) expect(String(bitOfByte(byte, n))).to.equal(written[n])
    }
  })

  it('differ first where the written bytes do, and nowhere in equal bytes', () => {
    const written = (byte: number): string => byte.toString(2).padStart(8, '0')
    for (let a = 0; a < 256; a += 3) {
      for (let b = 0; b < 256; b++) {
        const first = [...written(a)].findIndex((bit, n) => bit !== written(b)[n])
        expect(firstDifferingBit(a, b)).to.equal(first === -1 ? 8 : first)
      }
    }
  })
})
