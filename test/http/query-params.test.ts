import { describe, it } from 'mocha'
import { expect } from 'chai'
import fc from 'fast-check'
import { Fault } from '../../src/errors.ts'
import { MAX_VALUE_CHARS, parseQuery } from '../../src/http/query-params.ts'
import { parseWholeNumber } from '../../src/http/whole-number.ts'

const known = ['component', 'range', 'limit', 'cursor'] as const

function refusalOf(run: () => unknown): Fault {
  try {
    run()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('expected a refusal')
}

describe('query parameters', () => {
  it('are read as a browser wrote them, whatever they hold', () => {
    const value = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((text) => !/[\x00-\x1f\x7f]/.test(text))
    fc.assert(
      fc.property(value, value, (component, range) => {
        const query = new URLSearchParams({ component, range })
        const params = parseQuery(`/ledger/v1/images?${query}`, known)
        expect([...params]).to.deep.equal([
          ['component', component],
          ['range', range],
        ])
      }),
    )
  })

  it('may be left out altogether', () => {
    expect(parseQuery('/x', known).size).to.equal(0)
    expect(parseQuery('/x?', known).size).to.equal(0)
  })

  const refused: readonly (readonly [string, string])[] = [
    ['repeated', 'limit=1&limit=2'],
    ['repeated with the same value', 'limit=1&limit=1'],
    ['unknown', 'stage=prod'],
    ['unknown in another case', 'Limit=1'],
    ['bracketed', 'limit[a]=1'],
    ['an array', 'limit[]=1'],
    ['inherited by every object', '__proto__=1'],
    ['without "="', 'limit'],
    ['without a name', '=1'],
    ['an empty value', 'limit='],
    ['an empty pair', 'limit=1&&cursor=a'],
    ['a last "&"', 'limit=1&'],
    ['a bad escape', 'component=%zz'],
    ['a cut escape', 'component=a%2'],
    ['a NUL', 'component=a%00b'],
    ['a line break', 'component=a%0Ab'],
    ['invalid UTF-8', 'component=%ff'],
    ['a lone surrogate', 'component=%ED%A0%80'],
    ['an overlong encoding', 'component=%c0%af'],
    ['a value of more than 4 KiB', `component=${'a'.repeat(MAX_VALUE_CHARS + 1)}`],
  ]
  for (const [what, query] of refused) {
    it(`are refused: ${what}`, () => {
      const fault = refusalOf(() => parseQuery(`/ledger/v1/images?${query}`, known))
      expect(fault.reason).to.equal('parameter-malformed')
      expect(fault.message.length).to.be.below(300)
    })
  }

  it('that are unknown are answered with the nearest known name', () => {
    const hint = (query: string) => refusalOf(() => parseQuery(`/x?${query}`, known)).hint
    expect(hint('componnet=a')).to.contain('"component"')
    expect(hint('Limit=1')).to.contain('"limit"')
    expect(hint('ranges=1')).to.contain('"range"')
    expect(hint('cursor[]=1')).to.contain('"cursor"')
    expect(refusalOf(() => parseQuery('/x?a=1', [])).hint).to.equal('This route takes no parameters.')
  })

  it('do not take quadratic time for an unknown name of any length', () => {
    expect(refusalOf(() => parseQuery(`/x?${'n'.repeat(1_000_000)}=1`, known)).reason).to.equal(
      'parameter-malformed',
    )
  })
})

describe('whole numbers', () => {
  it('are read exactly, up to the largest that is exact', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => parseWholeNumber(String(n), 'n') === n))
  })

  for (const text of [
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '01',
    '1.5',
    '1e9',
    '0x10',
    '٣',
    '１',
    'abc',
    'Infinity',
    '1_000',
  ]) {
    it(`have one spelling: ${JSON.stringify(text)} is refused`, () => {
      expect(refusalOf(() => parseWholeNumber(text, 'n')).reason).to.equal('parameter-malformed')
    })
  }

  it('are never rounded to a neighbour', () => {
    for (const text of ['9007199254740992', '9007199254740993', '18446744073709551615', '1'.repeat(400)]) {
      expect(refusalOf(() => parseWholeNumber(text, 'n')).reason, text).to.equal('parameter-malformed')
    }
    expect(parseWholeNumber('9007199254740991', 'n')).to.equal(Number.MAX_SAFE_INTEGER)
  })

  it('keep within what the parameter allows', () => {
    expect(parseWholeNumber('1000', 'limit', { least: 1, most: 1000 })).to.equal(1000)
    for (const text of ['0', '1001'])
      refusalOf(() => parseWholeNumber(text, 'limit', { least: 1, most: 1000 }))
  })
})
