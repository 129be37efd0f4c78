import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  MAX_JSON_DEPTH,
  expectArray,
  expectInteger,
  expectObject,
  expectString,
  isObject,
  member,
  optionalMember,
  parseJson,
} from '../../src/encoding/strict-json.ts'
import type { JsonOptions } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { faultOf, resultOrReason } from '../helpers/fault-of.ts'

const strict: JsonOptions = { strictNumbers: true, forbidProto: true }

function nativeResult(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** What a test may see of a value: -0 and __proto__ too. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    Object.is(inner, -0) ? 'minus zero' : inner === Infinity ? 'infinite' : inner,
  )
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

/** JSON texts with a few characters deleted, doubled or replaced by ones that matter. */
const mutated = fc
  .tuple(
    fc.json({ maxDepth: 3 }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(...'{}[]:,"\\/ \n\t\u0000\u00a0eE+-.0123456789utfn', '', '\\u00', '\ufeff', 'é'),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([json, changes]) => {
    let text = json
    for (const [place, replacement] of changes) {
      const at = place % (text.length + 1)
      text = text.slice(0, at) + replacement + text.slice(at + (place % 2))
    }
    return text
  })

describe('strict JSON against JSON.parse', () => {
  it('refuses whatever JSON.parse refuses, and reads what it accepts as the same value', () => {
    let accepted = 0
    fc.assert(
      fc.property(mutated, (text) => {
        const result = resultOrReason(() => ({ value: parseJson(text) }))
        const native = nativeResult(text)
        if (typeof result === 'string') {
          // Beside syntax, a mutation can only make keys equal; these are counted below.
          if (native !== undefined) expect(result, text).to.equal('json-duplicate-key')
          return
        }
        accepted++
        expect(native, text).to.not.equal(undefined)
        expect(shown(result.value), text).to.equal(shown(native?.value))
        expect(result.value).to.deep.equal(native?.value)
      }),
      { numRuns: 4000 },
    )
    expect(accepted).to.be.above(500)
  })

  it('gives the same result for text and for its bytes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(utf8(text))).to.deep.equal(parseJson(text))
      }),
    )
  })

  const numbers = [
    '0',
    '-0',
    '1.5',
    '-1.5e+3',
    '1E400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '01',
    '+1',
    '.5',
    '1.',
    '1e',
    '-',
    '0x10',
    '1_0',
    'NaN',
    'Infinity',
    '١',
  ]
  for (const text of numbers) {
    it(`reads the number ${text} as JSON.parse does`, () => {
      const native = nativeResult(text)
      const result = resultOrReason(() => ({ value: parseJson(text) }))
      expect(typeof result === 'string' ? undefined : shown(result.value)).to.equal(
        native && shown(native.value),
      )
    })
  }

  for (const text of [
    '',
    ' ',
    '{',
    '[',
    '"',
    '"a',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '{a:1}',
    "{'a':1}",
    '1 2',
    'nul',
    'nulll',
    'tru',
    'True',
    '//1',
    '[1]]',
    '"\t"',
    '"\\x"',
    '"\\u12"',
    '\u00a01',
    '\u20281',
    '"\u0000"',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(nativeResult(text)).to.equal(undefined)
      expect(faultOf(() => parseJson(text)).reason).to.equal('json-malformed')
    })
  }
})

describe('strict JSON', () => {
  it('refuses duplicate keys at every level, however they are spelled', () => {
    for (let level = 0; level < MAX_JSON_DEPTH - 1; level++) {
      const text = '['.repeat(level) + String.raw`{"key":1,"b":[],"\u006bey":2}` + ']'.repeat(level)
      const fault = faultOf(() => parseJson(text))
      expect(fault).to.include({ reason: 'json-duplicate-key', pointer: `${'/0'.repeat(level)}/key` })
    }
    for (const text of [
      '{"__proto__":1,"__proto__":2}',
      '{"1":1,"1":2}',
      '{"":1,"":2}',
      '{"a":{"b":1,"b":1}}',
    ]) {
      expect(faultOf(() => parseJson(text)).reason, text).to.equal('json-duplicate-key')
    }
  })

  it('does not take an inherited name for a duplicate', () => {
    expect(parseJson('{"toString":1,"constructor":2,"hasOwnProperty":3}')).to.have.property(
      'hasOwnProperty',
      3,
    )
  })

  it('accepts 64 levels and refuses 65, in arrays, objects and a mixture', () => {
    const objects = (levels: number): string => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1)
    const mixed = (levels: number): string => '[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2)
    expect(() => parseJson(nested(64))).not.to.throw()
    expect(() => parseJson(objects(64))).not.to.throw()
    expect(() => parseJson(mixed(64))).not.to.throw()
    for (const text of [nested(65), objects(65), `[${mixed(64)}]`]) {
      expect(faultOf(() => parseJson(text)).reason).to.equal('json-depth')
    }
    expect(faultOf(() => parseJson(nested(4), { maxDepth: 3 })).reason).to.equal('json-depth')
  })

  it('refuses a million brackets as soon as they are too deep', () => {
    const fault = faultOf(() => parseJson(utf8('['.repeat(1_000_000))))
    expect(fault.reason).to.equal('json-depth')
    expect(fault.facts['offset']).to.equal(64)
  })

  const torn = {
    high: '\ud800',
    low: '\udc00',
    'two high': '\ud800\ud800',
    'the wrong way round': '\udc00\ud800',
  }
  for (const [name, text] of Object.entries(torn)) {
    const escaped = [...Array(text.length).keys()]
      .map((i) => `\\u${text.charCodeAt(i).toString(16)}`)
      .join('')
    it(`refuses lone surrogates (${name}), raw and escaped, in values and in keys`, () => {
      for (const inside of [text, escaped, `a${escaped}b`, `${text}\\n`]) {
        for (const json of [`"${inside}"`, `{"a":["${inside}"]}`, `{"${inside}":1}`]) {
          expect(faultOf(() => parseJson(json)).reason, JSON.stringify(json)).to.equal('json-lone-surrogate')
        }
      }
    })
  }

  it('refuses half a pair raw and half escaped, which JSON.parse would join', () => {
    expect(faultOf(() => parseJson('"\\ud83d\ude00"')).reason).to.equal('json-lone-surrogate')
    expect(parseJson(String.raw`"\ud83d\ude00 😀"`)).to.equal('😀 😀')
  })

  it('refuses a byte order mark and bytes that are not UTF-8', () => {
    expect(faultOf(() => parseJson('\ufeff{}')).reason).to.equal('encoding-malformed')
    expect(faultOf(() => parseJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).reason).to.equal(
      'encoding-malformed',
    )
    expect(faultOf(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).reason).to.equal('encoding-malformed')
    expect(faultOf(() => parseJson(Uint8Array.of(0x7b, 0, 0x7d, 0))).reason).to.equal('json-malformed')
  })

  it('keeps __proto__ as an own member that changes no prototype, or refuses it', () => {
    const value = parseJson('{"a":{"__proto__":{"polluted":true}}}')
    const inner = isObject(value) ? value['a'] : undefined
    expect(Object.getPrototypeOf(inner)).to.equal(Object.prototype)
    expect(Object.keys(inner ?? {})).to.deep.equal(['__proto__'])
    expect(inner).not.to.have.property('polluted')
    for (const text of ['{"__proto__":1}', '[{"a":{"\\u005f_proto__":1}}]']) {
      expect(faultOf(() => parseJson(text, strict)).reason).to.equal('json-forbidden-key')
    }
  })

  it('refuses numbers that a double does not hold, where it is asked to', () => {
    for (const number of [
      '9007199254740992',
      '9007199254740993',
      '-9007199254740992',
      '1e16',
      '1e400',
      '-1e400',
    ]) {
      expect(faultOf(() => parseJson(`{"a":[${number}]}`, strict))).to.include({
        reason: 'json-unsafe-number',
        pointer: '/a/0',
      })
      expect(() => parseJson(number)).not.to.throw()
    }
    for (const number of ['9007199254740991', '-9007199254740991', '0.1', '-0', '1e15', '1e-400']) {
      expect(parseJson(number, strict)).to.equal(Number(number))
    }
  })

  it('is lenient under one member of the top level only', () => {
    const options: JsonOptions = { ...strict, lenientMember: 'predicate' }
    const loose = '{"__proto__":1,"n":9007199254740993,"deep":[{"__proto__":1e400}]}'
    expect(() => parseJson(`{"predicate":${loose},"a":1}`, options)).not.to.throw()
    const refused = {
      [`{"predicate":${loose},"a":9007199254740993}`]: 'json-unsafe-number',
      [`{"predicate":${loose},"__proto__":1}`]: 'json-forbidden-key',
      '{"a":{"predicate":9007199254740993}}': 'json-unsafe-number',
      '[{"predicate":{"__proto__":1}}]': 'json-forbidden-key',
      '{"predicate":{"a":1,"a":2}}': 'json-duplicate-key',
      [`{"predicate":${nested(64)}}`]: 'json-depth',
      '{"predicate":"\\ud800"}': 'json-lone-surrogate',
    }
    for (const [text, reason] of Object.entries(refused)) {
      expect(faultOf(() => parseJson(text, options)).reason, text.slice(0, 60)).to.equal(reason)
    }
  })

  it('names the place by pointer and by offset, in bytes for bytes and in characters for text', () => {
    const text = '{"é":[1,{"a/b~c":"x",oops}]}'
    const fault = faultOf(() => parseJson(utf8(text), { subject: 'envelope' }))
    expect(fault.message).to.equal('envelope: expected a key in quotes, got "o" at byte 22 (/é/1)')
    expect(fault.pointer).to.equal('/é/1')
    expect(faultOf(() => parseJson(text)).facts['offset']).to.equal(21)
    expect(faultOf(() => parseJson('{"a/b~c":[tru]}')).pointer).to.equal('/a~1b~0c/0')
  })

  it('repeats at most a little of its input', () => {
    const long = 'x'.repeat(10_000)
    for (const text of [`{"${long}":1,"${long}":2}`, `{"${long}":oops}`, `[${'9'.repeat(10_000)}]`]) {
      const fault = faultOf(() => parseJson(text, strict))
      expect(fault.message.length).to.be.below(400)
      expect((fault.pointer ?? '').length).to.be.below(152)
    }
  })
})

describe('values out of JSON', () => {
  const object = expectObject(parseJson('{"a":1,"b":null,"c":"x","d":[]}'), '')

  it('are own members only', () => {
    expect(optionalMember(object, 'constructor')).to.equal(undefined)
    expect(optionalMember(object, 'b')).to.equal(null)
    expect(member(object, 'a')).to.equal(1)
    expect(faultOf(() => member(object, 'toString', '/x'))).to.include({
      reason: 'json-malformed',
      pointer: '/x/toString',
    })
  })

  it('have the expected type, or a fault says what was there instead', () => {
    expect(expectString(object['c'], '/c')).to.equal('x')
    expect(expectInteger(object['a'], '/a')).to.equal(1)
    expect(expectArray(object['d'], '/d')).to.deep.equal([])
    expect(faultOf(() => expectString(object['b'], '/b', 'envelope-malformed'))).to.include({
      reason: 'envelope-malformed',
      message: '/b: expected a string, got null',
    })
    expect(faultOf(() => expectObject(object['d'], '/d')).message).to.contain('got an array')
    expect(faultOf(() => expectArray(object, '/o')).message).to.contain('got an object')
    expect(faultOf(() => expectInteger(1.5, '/n')).message).to.contain('got 1.5')
    expect(faultOf(() => expectInteger(undefined, '/n')).message).to.contain('got nothing')
  })
})
