import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  formatStatement,
  MAX_SUBJECTS,
  parseStatement,
  spliceStatement,
  STATEMENT_V01,
  STATEMENT_V1,
} from '../../src/attestation/statement.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Reason } from '../../src/errors.ts'
import { refusal } from '../helpers/mangle.ts'

const hex = 'ab'.repeat(32)
const subject = { name: 'registry.test/app', digest: { sha256: hex } }
const good = {
  _type: STATEMENT_V1,
  subject: [subject],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { a: 1 },
}

function parse(value: unknown): ReturnType<typeof parseStatement> {
  return parseStatement(utf8(typeof value === 'string' ? value : JSON.stringify(value)))
}

/** A good statement as text, with one thing replaced. */
function replaced(what: string, by: string): string {
  const text = JSON.stringify(good)
  if (!text.includes(what)) throw new Error(`${what} is not in it`)
  return text.replace(what, by)
}

describe('attestation/statement', () => {
  it('parses what it formats', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 20 })
    const digest = fc.constantFrom({ sha256: hex }, { sha256: hex, sha512: hex + hex, sha1: 'ABC' })
    const subjects = fc.array(fc.record({ name, digest }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(subjects, (some) => {
        const parts = { subjects: some, predicateType: good.predicateType, predicate: { b: 2, a: [1] } }
        expect(parseStatement(formatStatement(parts))).to.deep.equal({ type: STATEMENT_V1, ...parts })
      }),
    )
  })

  it('reads v0.1 as v1', () => {
    expect(parse({ ...good, _type: STATEMENT_V01 })).to.deep.equal({ ...parse(good), type: STATEMENT_V01 })
  })

  it('ignores unknown members and unknown digest algorithms', () => {
    const statement = parse({
      ...good,
      more: 1,
      subject: [{ ...subject, uri: 'x:y', digest: { sha256: hex, gitCommit: 'X', arn: 'Y' } }],
    })
    expect(statement.subjects).to.deep.equal([
      { name: subject.name, digest: { sha256: hex, gitCommit: 'X', arn: 'Y' } },
    ])
  })

  it('accepts a subject without SHA-256 beside one with it', () => {
    expect(parse({ ...good, subject: [{ digest: { sha1: 'ab' } }, subject] }).subjects).to.have.length(2)
  })

  it('holds an unset predicate and null to be the same, and keeps legacy text', () => {
    expect(parse({ ...good, predicate: undefined }).predicate).to.equal(undefined)
    expect(parse({ ...good, predicate: null }).predicate).to.equal(undefined)
    expect(parse({ ...good, predicate: 'SPDXVersion: SPDX-2.3' }).predicate).to.equal('SPDXVersion: SPDX-2.3')
  })

  it('is lenient inside the predicate of others, and only there, about numbers and __proto__', () => {
    const predicate = '{"n":9007199254740993,"__proto__":{"x":1}}'
    const read = parse(replaced('{"a":1}', predicate)).predicate
    expect(read).to.have.property('n')
    expect(Object.keys(read as object)).to.deep.equal(['n', '__proto__'])
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined)
  })

  it('is strict inside the predicates of control statements', () => {
    for (const type of ['revocation/v1', 'trust-root/v1', 'approval/v1']) {
      for (const [predicate, reason] of [
        ['{"n":9007199254740993}', 'json-unsafe-number'],
        ['{"__proto__":{}}', 'json-forbidden-key'],
      ] as const) {
        const text = replaced('https://slsa.dev/provenance/v1', `https://attestree.dev/${type}`).replace(
          '{"a":1}',
          predicate,
        )
        expect(refusal(() => parse(text)).reason, type).to.equal(reason)
      }
    }
  })

  it('splices a predicate in byte for byte', () => {
    const predicate = utf8('{ "n": 1.0,\n "z": "\\u00e9", "a": 9007199254740993 }')
    const payload = spliceStatement({ subjects: [subject], predicateType: good.predicateType }, predicate)
    expect(new TextDecoder().decode(payload)).to.include(new TextDecoder().decode(predicate))
    const parsed = parseStatement(payload)
    expect(parsed.subjects).to.deep.equal([subject])
    expect(parsed.predicate).to.deep.equal({ n: 1, z: 'é', a: 9007199254740992 })
  })

  it('makes nothing that hides a second predicate', () => {
    const predicate = utf8('{},"predicate":{}')
    const payload = spliceStatement({ subjects: [subject], predicateType: good.predicateType }, predicate)
    expect(refusal(() => parseStatement(payload)).reason).to.equal('json-duplicate-key')
  })

  const withDigest = (digest: unknown): unknown => ({ ...good, subject: [{ name: 'x', digest }] })
  const refused: readonly (readonly [string, unknown, Reason, string?])[] = [
    // The catalogue of robustness.md 4, I.
    ['no JSON', 'x', 'json-malformed'],
    ['an array', '[]', 'statement-unacceptable', ''],
    ['I1 no _type', { ...good, _type: undefined }, 'statement-unacceptable', '/_type'],
    [
      'I1 an unknown _type',
      { ...good, _type: 'https://in-toto.io/Statement/v2' },
      'statement-unacceptable',
      '/_type',
    ],
    ['I2 no subjects', { ...good, subject: [] }, 'statement-unacceptable', '/subject'],
    ['I2 a missing subject', { ...good, subject: undefined }, 'statement-unacceptable', '/subject'],
    ['I2 a subject that is no array', { ...good, subject }, 'statement-unacceptable', '/subject'],
    [
      'I3 a subject without digest',
      { ...good, subject: [{ name: 'x' }] },
      'statement-unacceptable',
      '/subject/0/digest',
    ],
    ['I3 an empty digest', withDigest({}), 'statement-unacceptable', '/subject/0/digest'],
    ['I3 a digest that is a string', withDigest(hex), 'statement-unacceptable', '/subject/0/digest'],
    [
      'I4 a short sha256',
      withDigest({ sha256: hex.slice(2) }),
      'statement-unacceptable',
      '/subject/0/digest/sha256',
    ],
    [
      'I4 a long sha256',
      withDigest({ sha256: `${hex}ab` }),
      'statement-unacceptable',
      '/subject/0/digest/sha256',
    ],
    [
      'I4 an upper-case sha256',
      withDigest({ sha256: hex.toUpperCase() }),
      'statement-unacceptable',
      '/subject/0/digest/sha256',
    ],
    [
      'I4 0x',
      withDigest({ sha256: `0x${hex.slice(2)}` }),
      'statement-unacceptable',
      '/subject/0/digest/sha256',
    ],
    [
      'I4 a newline',
      withDigest({ sha256: `${hex.slice(1)}\n` }),
      'statement-unacceptable',
      '/subject/0/digest/sha256',
    ],
    ['I4 a number', withDigest({ sha256: 1 }), 'statement-unacceptable', '/subject/0/digest/sha256'],
    [
      'I4 a bad sha384 beside',
      withDigest({ sha256: hex, sha384: hex }),
      'statement-unacceptable',
      '/subject/0/digest/sha384',
    ],
    [
      'I4 a bad sha512 beside',
      withDigest({ sha256: hex, sha512: 'AB' }),
      'statement-unacceptable',
      '/subject/0/digest/sha512',
    ],
    ['I5 only sha1 and md5', withDigest({ sha1: 'ab', md5: 'cd' }), 'no-subject-digest', '/subject'],
    ['I5 only sha512', withDigest({ sha512: hex + hex }), 'no-subject-digest', '/subject'],
    [
      'I6 an algorithm twice',
      replaced(`"sha256":"${hex}"`, `"sha256":"${hex}","sha256":"${hex}"`),
      'json-duplicate-key',
    ],
    [
      'I7 1,001 subjects',
      { ...good, subject: Array(MAX_SUBJECTS + 1).fill(subject) },
      'subject-limit',
      '/subject',
    ],
    [
      'I8 no predicate type',
      { ...good, predicateType: undefined },
      'statement-unacceptable',
      '/predicateType',
    ],
    [
      'I8 a predicate type that is no URI',
      { ...good, predicateType: 'provenance' },
      'statement-unacceptable',
      '/predicateType',
    ],
    [
      'I8 a space in a predicate type',
      { ...good, predicateType: 'https://a b' },
      'statement-unacceptable',
      '/predicateType',
    ],
    ['I8 an array as predicate', { ...good, predicate: [] }, 'statement-unacceptable', '/predicate'],
    ['I8 a number as predicate', { ...good, predicate: 1 }, 'statement-unacceptable', '/predicate'],
    [
      'a name that is a number',
      { ...good, subject: [{ ...subject, name: 1 }] },
      'statement-unacceptable',
      '/subject/0/name',
    ],
    ['a wrong-case member', { ...good, Subject: [] }, 'statement-unacceptable', '/Subject'],
    [
      'a wrong-case member of a subject',
      { ...good, subject: [{ ...subject, Digest: {} }] },
      'statement-unacceptable',
      '/subject/0/Digest',
    ],
    ['a member twice', replaced('"_type"', `"_type":"x","_type"`), 'json-duplicate-key', '/_type'],
    [
      'a key twice inside the predicate',
      replaced('{"a":1}', '{"a":1,"a":2}'),
      'json-duplicate-key',
      '/predicate/a',
    ],
    [
      '__proto__ in a subject',
      replaced('"name"', '"__proto__":{},"name"'),
      'json-forbidden-key',
      '/subject/0/__proto__',
    ],
    [
      'an unsafe integer beside',
      replaced('"predicate":', '"x":9007199254740993,"predicate":'),
      'json-unsafe-number',
      '/x',
    ],
  ]
  for (const [title, value, reason, pointer] of refused) {
    it(`refuses ${title}: ${reason}`, () => {
      const fault = refusal(() => parse(value))
      expect(fault.reason, fault.message).to.equal(reason)
      if (pointer !== undefined) expect(fault.pointer).to.equal(pointer)
    })
  }

  it('accepts 1,000 subjects', () => {
    expect(parse({ ...good, subject: Array(MAX_SUBJECTS).fill(subject) }).subjects).to.have.length(1_000)
  })
})
