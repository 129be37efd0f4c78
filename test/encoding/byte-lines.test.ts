import { expect } from 'chai'
import { describe, it } from 'mocha'
import { byteLines } from '../../src/encoding/byte-lines.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'

const cut = (): Error => new Error('it was cut')
const linesOf = (text: string): readonly string[] =>
  [...byteLines(utf8(text), cut)].map((line) => parseUtf8(line))

describe('lines of bytes', () => {
  it('are what stands before each line feed, empty lines too', () => {
    expect(linesOf('')).to.deep.equal([])
    expect(linesOf('a\n\nbc\n')).to.deep.equal(['a', '', 'bc'])
  })

  it('end with an error where the last one has no line feed', () => {
    expect(() => linesOf('a\nb')).to.throw('it was cut')
  })
})
