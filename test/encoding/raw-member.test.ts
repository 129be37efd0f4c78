import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { rawMember } from '../../src/encoding/raw-member.ts'
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
