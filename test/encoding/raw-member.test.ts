import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { rawElements, rawMember } from '../../src/encoding/raw-member.ts'
import { utf8 } from '../../src/encoding/utf8.ts'

function raw(json: string, name: string): string | undefined {
  const bytes = rawMember(utf8(json), name)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}

describe('rawMember', () => {
  it('gives back a document exactly as it was written, spaces, order and numbers included', () => {
    const document = '{ "b": 1.0, "a": [1e2, {"predicate": "inner"}],\n "c": 12345678901234567890 }'
    expect(raw(`{"predicateType":"x","predicate": ${document} ,"subject":[]}`, 'predicate')).to.equal(
      document,
    )
    expect(raw(`{"predicate":${document}}`, 'predicate')).to.equal(document)
  })

  it('finds the member under an escaped name, and no member of an inner object', () => {
    expect(raw('{"pr\\u0065dicate":7}', 'predicate')).to.equal('7')
    expect(raw('{"other":{"predicate":7}}', 'predicate')).to.equal(undefined)
    expect(raw('{"other":"predicate","x":"\\"predicate\\":1"}', 'predicate')).to.equal(undefined)
  })

  it('agrees with JSON.parse on every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        for (const [name, value] of Object.entries(object)) {
          expect(raw(JSON.stringify(object, null, indent), name)).to.equal(rawOf(name, value, indent))
        }
      }),
    )
  })
})

/** What JSON.stringify writes for that member inside the object: the value, indented by one step. */
function rawOf(name: string, value: unknown, indent: number): string {
  const alone = JSON.stringify({ [name]: value }, null, indent)
  const prefix =
    indent === 0 ? `{${JSON.stringify(name)}:` : `{\n${' '.repeat(indent)}${JSON.stringify(name)}: `
  const suffix = indent === 0 ? '}' : '\n}'
  return alone.slice(prefix.length, alone.length - suffix.length)
}

describe('rawElements', () => {
  const elements = (json: string, most = 1000) =>
    rawElements(utf8(json), 'batch', most).map((bytes) => new TextDecoder().decode(bytes))

  it('cuts an array where JSON has its commas, whatever is inside', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' ', '\n\t'), (values, space) => {
        const parts = values.map((value) => `${space}${JSON.stringify(value)}${space}`)
        const json = `${space}[${parts.length === 0 ? space : parts.join()}]${space}`
        expect(elements(json)).to.deep.equal(parts)
      }),
    )
  })

  it('never gives parts that are all JSON for a text that is none', () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    const pieces = fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', ':', '1', ' ', '"a"')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (chosen) => {
        const json = `[${chosen.join('')}`
        let parts: readonly string[]
        try {
          parts = elements(json)
        } catch {
          expect(isJson(json)).to.equal(false)
          return
        }
        expect(parts.every(isJson)).to.equal(isJson(json))
      }),
      { numRuns: 2000 },
    )
  })

  it('stops at the limit', () => {
    expect(elements('[1,2]', 2)).to.have.length(2)
    expect(() => elements('[1,2,3]', 2)).to.throw('at most 2')
  })
})
