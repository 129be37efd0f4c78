import { describe, it } from 'mocha'
import { expect } from 'chai'
import { formatByteList, parseByteList } from '../../src/encoding/byte-list.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { refusal } from '../helpers/mangle.ts'

describe('lists of bytes', () => {
  const paes = ['DSSEv1 1 t 1 b', '', 'x'.repeat(300)].map((text) => utf8(text))

  it('have each after its length in four bytes, big-endian', () => {
    const list = formatByteList(paes)
    expect([...list.subarray(0, 5)]).to.deep.equal([0, 0, 0, 14, 0x44])
    expect([...list.subarray(18, 27)]).to.deep.equal([0, 0, 0, 0, 0, 0, 1, 0x2c, 0x78])
    expect(parseByteList(list, 3)).to.deep.equal(paes)
  })

  it('are read where they stand, also inside of a larger buffer', () => {
    const held = new Uint8Array(1000)
    held.set(formatByteList(paes), 7)
    expect(parseByteList(held.subarray(7, 7 + formatByteList(paes).length), 3)).to.deep.equal(paes)
  })

  it('are refused if they are empty, cut anywhere but between two, or longer than asked for', () => {
    const list = formatByteList(paes)
    const between = new Set([18, 22, list.length])
    for (let length = 0; length <= list.length; length++) {
      const parse = () => parseByteList(list.subarray(0, length), 3)
      if (between.has(length)) expect(parse, `${length}`).to.not.throw()
      else expect(refusal(parse).reason, `${length}`).to.equal('answer-malformed')
    }
    expect(refusal(() => parseByteList(list, 2)).reason).to.equal('answer-malformed')
    expect(refusal(() => parseByteList(Uint8Array.of(255, 255, 255, 255, 0), 2)).reason).to.equal(
      'answer-malformed',
    )
  })
})
