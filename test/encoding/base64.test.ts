import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatBase64, parseBase64, parseBase64Either } from '../../src/encoding/base64.ts'
import { faultOf, resultOrReason } from '../helpers/fault-of.ts'

/** RFC 4648, section 10. */
const rfcVectors = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
] as const

const anyBytes = fc.uint8Array({ maxLength: 70 })

describe('base64', () => {
  for (const [text, encoded] of rfcVectors) {
    it(`writes and reads ${JSON.stringify(text)} as RFC 4648 does`, () => {
      expect(formatBase64(Buffer.from(text))).to.equal(encoded)
      expect(parseBase64(encoded)).to.deep.equal(new Uint8Array(Buffer.from(text)))
    })
  }

  it('is what it was parsed from, in each alphabet', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const buffer = Buffer.from(bytes)
        expect(formatBase64(bytes)).to.equal(buffer.toString('base64'))
        const padded = buffer.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
        for (const text of [buffer.toString('base64'), buffer.toString('base64url'), padded]) {
          expect(parseBase64Either(text)).to.deep.equal(bytes)
        }
      }),
    )
  })

  it('has one text for each byte string: of all short texts, only those that format back are read', () => {
    const letters = [...'AQgw+/-_= ', 'é', '\n']
    const texts = (length: number): string[] =>
      length === 0 ? [''] : texts(length - 1).flatMap((text) => letters.map((letter) => text + letter))
    let read = 0
    for (const text of [...texts(2), ...texts(3), ...texts(4)]) {
      const canonical = Buffer.from(text, 'base64').toString('base64') === text && !/[-_]/.test(text)
      const result = resultOrReason(() => parseBase64(text))
      expect(typeof result !== 'string', JSON.stringify(text)).to.equal(canonical)
      if (canonical) read++
    }
    expect(read).to.be.above(1000)
  })

  const refused: Readonly<Record<string, string>> = {
    'white space': 'Zm9v\n',
    'white space inside': 'Zm 9vYg=',
    'missing padding': 'Zm9vYg',
    'half the padding': 'Zm9vYg=',
    'padding alone': '====',
    'padding in the middle': 'Zg==Zm9v',
    'bits after the end': 'Zm9vYh==',
    'a third alphabet': 'Zm9v.m9v',
    'the URL-safe alphabet': 'Zm9v_m9v',
    'a letter beyond ASCII': 'Zm9é',
  }
  for (const [name, text] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      expect(faultOf(() => parseBase64(text, 'payload'))).to.include({ reason: 'base64-malformed' })
    })
  }

  for (const [name, text] of Object.entries({
    'mixed alphabets': 'Zm+v_m9v',
    'mixed alphabets at the end': 'Zm9vZ_+=',
    'unpadded standard': 'Zm+vYg',
    'URL-safe with half the padding': 'Zm-vYg=',
    'URL-safe with bits after the end': 'Zm-vYh',
    'one digit too many': 'Zm9vY',
    'a letter beyond ASCII': 'Zm_é',
  })) {
    it(`in either alphabet, refuses ${name}`, () => {
      expect(faultOf(() => parseBase64Either(text, 'sig'))).to.include({ reason: 'base64-malformed' })
    })
  }

  it('says which character is wrong, and where, and repeats nothing else', () => {
    expect(faultOf(() => parseBase64('Zm9vZm*v', 'payload')).message).to.equal(
      'payload: expected base64 with digits of the standard alphabet only, got "*" at 6',
    )
  })
})
