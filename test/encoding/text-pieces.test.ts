/** A text in pieces says what the whole text says, wherever it is cut: in a character, a number, a word, an escape. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { JsonReader, type JsonOptions } from '../../src/encoding/json-reader.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import { createTextPieces } from '../../src/encoding/text-pieces.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'

const long = 'x'.repeat(40_000)
const texts = [
  '{"a":[1,-2.5e+10,true,false,null,"\\u00e9\\ud83d\\ude00\\n"],"b":{"c":"naïve “text” 😀"},"d":[[],{}]}',
  ` [ "${long}" , "${long}" , {"${long}":1} ] `,
  `[${'12345678.5e-3,  '.repeat(50)}0]`,
  '[1.]',
  '[1e]',
  '[-]',
  '["\\u12g4"]',
  '["a\u0001"]',
  '["\\ud800"]',
  '{"a":1,"b":2,"a":3}',
  `["${long}`,
  '[tru]',
  '[1,2] 3',
  '{"a" 1}',
  '[99999999999999999999]',
  '',
]

function outcome(read: () => unknown): unknown {
  try {
    return { value: read() }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { reason: cause.reason, message: cause.message, pointer: cause.pointer, facts: cause.facts }
  }
}

describe('text in pieces', () => {
  const options: JsonOptions = { strictNumbers: true }
  it('is read, and refused at the same place, as the whole', () => {
    for (const text of texts) {
      const bytes = utf8(text)
      const whole = outcome(() => parseJson(bytes, options))
      for (const size of [1, 2, 3, 5, 7, 64, 16_384]) {
        const inPieces = outcome(() =>
          new JsonReader(createTextPieces(bytes, 'JSON', size), 'JSON', options).readDocument(),
        )
        expect(inPieces, `${text.slice(0, 40)} in pieces of ${size}`).to.deep.equal(whole)
      }
    }
  })

  it('is refused where it is no UTF-8, in whichever piece', () => {
    for (const wrong of [[0xff], [0xc3], [0x80, 0x80, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98]])
      for (const size of [1, 2, 3, 8, 100]) {
        const bytes = Uint8Array.of(...utf8('["abc'), ...wrong, ...utf8('"]'))
        const pieces = createTextPieces(bytes, 'JSON', size)
        expect(() => new JsonReader(pieces, 'JSON', {}).readDocument())
          .to.throw(Fault)
          .with.property('reason', 'encoding-malformed')
      }
  })

  it('leaves out what it was asked to, as the whole does', () => {
    const bytes = utf8(
      JSON.stringify({ in: { a: [{ n: 1 }, { n: 2 }], b: 'long enough to be cut', c: 3 }, b: 4 }),
    )
    const leaveOut = {
      members: new Set(['b']),
      keeps: (list: string, element: unknown) => list !== 'a' || JSON.stringify(element) !== '{"n":1}',
    }
    const lenient = { lenientMember: 'in', leaveOut }
    expect(parseJson(bytes, lenient)).to.deep.equal({ in: { a: [{ n: 2 }], b: null, c: 3 }, b: 4 })
  })
})
