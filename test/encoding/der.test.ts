import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  OCTET_STRING,
  SEQUENCE,
  bigEndian,
  formatDer,
  readDer,
  readDerInside,
  readUnsigned,
} from '../../src/encoding/der.ts'
import { parseHex } from '../../src/encoding/hex.ts'

describe('DER', () => {
  it('is what it was read from, at every length where the spelling changes', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 257, 65_535, 65_536]) {
      const content = new Uint8Array(length).fill(7)
      const bytes = formatDer(OCTET_STRING, content)
      expect(readDer(bytes), String(length)).to.deep.equal([{ tag: OCTET_STRING, content }])
    }
  })

  it('has one spelling: what is read is written the same again', () => {
    const small = fc.uint8Array({ maxLength: 8, max: 0x8f })
    fc.assert(
      fc.property(small, (bytes) => {
        const elements = readDer(bytes)
        if (elements === undefined) return
        const again = elements.flatMap(({ tag, content }) => [...formatDer(tag, content)])
        expect(again).to.deep.equal([...bytes])
      }),
      { numRuns: 2000 },
    )
  })

  const refused = {
    'a length in the long form where the short one does': '04810100',
    'a length with a zero before it': '0482008000',
    'an indefinite length': '04800000',
    'less than its length says': '040200',
    'a tag without a length': '04',
    'a tag number of more than one byte': '1f0100',
  }
  for (const [name, hex] of Object.entries(refused)) {
    it(`refuses ${name}`, () => expect(readDer(parseHex(hex))).to.equal(undefined))
  }

  it('refuses what follows the one element', () => {
    expect(readDerInside(parseHex('30020500'), SEQUENCE)).to.have.length(1)
    expect(readDerInside(parseHex('3002050000'), SEQUENCE)).to.equal(undefined)
    expect(readDerInside(parseHex('31020500'), SEQUENCE)).to.equal(undefined)
  })

  it('reads an unsigned number only in its shortest form', () => {
    const read = (hex: string): bigint | undefined => readUnsigned(parseHex(hex))
    expect(['00', '7f', '0080', '00ff01'].map(read)).to.deep.equal([0n, 127n, 128n, 0xff01n])
    expect(['', '80', 'ff', '0000', '007f'].map(read)).to.deep.equal(Array(5).fill(undefined))
    expect(bigEndian(new Uint8Array())).to.equal(0n)
  })
})
