import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import { parseUtf8 } from '../../src/encoding/utf8.ts'

function canonical(text: string): string {
  return parseUtf8(formatCanonicalJson(parseJson(text)))
}

describe('canonical JSON', () => {
  it('writes the example of RFC 8785, section 3.2.2', () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    expect(canonical(text)).to.equal(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  it('sorts keys by UTF-16 units (RFC 8785, section 3.2.3)', () => {
    const text = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
      "1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
    const order = [...canonical(text).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)
    expect(order).to.deep.equal([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('gives one byte string for one value, however it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const once = canonical(JSON.stringify(value))
        expect(canonical(JSON.stringify(value, null, indent))).to.equal(once)
        expect(canonical(once)).to.equal(once)
      }),
    )
  })

  it('keeps __proto__ as a member like any other', () => {
    expect(canonical('{"a":1,"__proto__":{"b":2}}')).to.equal('{"__proto__":{"b":2},"a":1}')
  })

  it('refuses what has no JSON', () => {
    expect(() => formatCanonicalJson(Infinity)).to.throw('Infinity')
  })
})
