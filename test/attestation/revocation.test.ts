import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  allowedReasons,
  parseRevocation,
  parseTarget,
  revocationMembers,
  revocationStatement,
  type Revocation,
  type RevocationReason,
} from '../../src/attestation/revocation.ts'
import { parseStatement, type Statement } from '../../src/attestation/statement.ts'
import { treeSize } from '../../src/brand.ts'
import { sha256Id } from '../../src/crypto/sha256.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Reason } from '../../src/errors.ts'
import { refusal } from '../helpers/mangle.ts'
import { memberNames, readSchema, within, type Schema } from '../helpers/schema.ts'

const [a, b] = [`sha256:${'aa'.repeat(32)}`, `sha256:${'bb'.repeat(32)}`]
const uris = {
  attestation: `attestation:${a}`,
  signature: `signature:${a}#${b}`,
  key: `key:${a}`,
  image: `image:${a}`,
} as const

const revocation: Revocation = {
  target: parseTarget(uris.key),
  mode: 'since',
  reason: 'key-compromise',
  log: 'ledger.test',
  issuedAt: '2026-09-01T03:00:00Z',
  nonce: '0123456789abcdef0123456789abcdef',
  cutoff: { treeSize: treeSize(12) },
  detail: 'The runner was open.',
  incident: 'https://example.com/incidents/7',
}

interface Loose {
  [name: string]: Loose
}
const any = (value: unknown): Loose => value as Loose

function changed(change: (predicate: Loose, statement: Loose) => unknown): Statement {
  const json = JSON.parse(new TextDecoder().decode(revocationStatement(revocation))) as Loose
  change(json['predicate'] as Loose, json)
  return parseStatement(utf8(JSON.stringify(json)))
}

const parsed = (one: Revocation): Revocation => parseRevocation(parseStatement(revocationStatement(one)))

describe('attestation/revocation target', () => {
  it('reads the four kinds, and keeps the uri as its name', () => {
    expect(parseTarget(uris.attestation)).to.deep.equal({
      type: 'attestation',
      uri: uris.attestation,
      attestation: a,
    })
    expect(parseTarget(uris.signature)).to.deep.equal({
      type: 'signature',
      uri: uris.signature,
      attestation: a,
      key: b,
    })
    expect(parseTarget(uris.key)).to.deep.equal({ type: 'key', uri: uris.key, key: a })
    expect(parseTarget(uris.image)).to.deep.equal({ type: 'image', uri: uris.image, image: a })
  })

  it('has one spelling for each target', () => {
    const cases: readonly (readonly [string, Reason])[] = [
      ['', 'reference-malformed'],
      ['sha256', 'reference-malformed'],
      [':x', 'reference-malformed'],
      [a, 'unsupported'],
      [`Key:${a}`, 'unsupported'],
      [`principal:ci`, 'unsupported'],
      ['fulcio:https://issuer#san', 'unsupported'],
      [`key: ${a}`, 'digest-malformed'],
      [`key:${a}\n`, 'digest-malformed'],
      [`key:${a.toUpperCase()}`, 'digest-malformed'],
      [`image:${a}#${b}`, 'digest-malformed'],
      [`signature:${a}`, 'reference-malformed'],
      [`signature:${a}#${b}#${b}`, 'reference-malformed'],
      [`signature:${a}#`, 'digest-malformed'],
      [`signature:#${b}`, 'digest-malformed'],
    ]
    for (const [uri, reason] of cases) expect(refusal(() => parseTarget(uri)).reason, uri).to.equal(reason)
  })
})

describe('attestation/revocation', () => {
  it('parses what it states', () => {
    const { cutoff: _cutoff, detail: _detail, incident: _incident, ...whole } = revocation
    expect(parsed(revocation)).to.deep.equal(revocation)
    for (const uri of Object.values(uris)) {
      const one = { ...whole, target: parseTarget(uri), mode: 'all', reason: 'unspecified' } as const
      expect(parsed(one)).to.deep.equal(one)
    }
  })

  it("is about its target: the uri's digest, for a signature the SHA-256 of the uri", () => {
    const subjects = (uri: string): Statement['subjects'] =>
      parseStatement(revocationStatement({ ...revocation, target: parseTarget(uri) })).subjects
    for (const uri of [uris.attestation, uris.key, uris.image]) {
      expect(subjects(uri)).to.deep.equal([{ name: uri, digest: { sha256: 'aa'.repeat(32) } }])
    }
    const sha256 = sha256Id(utf8(uris.signature)).slice('sha256:'.length)
    expect(subjects(uris.signature)).to.deep.equal([{ name: uris.signature, digest: { sha256 } }])
  })

  it('allows exactly the combinations of contracts.md 6', () => {
    const allowed = new Set([
      ...['all', 'since'].flatMap((mode) => [`key key-compromise ${mode}`, `key builder-compromise ${mode}`]),
      'key privilege-withdrawn since',
      ...['attestation', 'signature'].flatMap((type) => [
        `${type} signed-in-error all`,
        `${type} false-statement all`,
      ]),
      'image malicious-artifact all',
      'image vulnerable-artifact all',
      ...Object.keys(uris).flatMap((type) => [`${type} unspecified all`, `${type} unspecified since`]),
    ])
    const { cutoff, ...whole } = revocation
    let combinations = 0
    for (const [type, uri] of Object.entries(uris)) {
      for (const reason of Object.keys(allowedReasons) as RevocationReason[]) {
        for (const mode of ['all', 'since'] as const) {
          const one = {
            ...whole,
            target: parseTarget(uri),
            reason,
            mode,
            ...(mode === 'since' && cutoff ? { cutoff } : {}),
          }
          const name = `${type} ${reason} ${mode}`
          if (allowed.has(name)) expect(parsed(one), name).to.deep.equal(one)
          else expect(refusal(() => parsed(one)).reason, name).to.equal('predicate-unacceptable')
          combinations++
        }
      }
    }
    expect(combinations).to.equal(64)
  })

  it('refuses what it does not enforce, and points at it', () => {
    const cases: readonly (readonly [(p: Loose) => unknown, string])[] = [
      [(p) => (p['mode'] = any('retire')), '/predicate/mode'],
      [(p) => (p['mode'] = any('hold')), '/predicate/mode'],
      [(p) => (p['reason'] = any('superseded')), '/predicate/reason'],
      [(p) => (p['reason'] = any('constructor')), '/predicate/reason'],
      [(p) => (p['target']!['type'] = any('principal')), '/predicate/target/type'],
      [(p) => (p['target']!['match'] = {}), '/predicate/target/match'],
      [(p) => (p['cutoff']!['time'] = any('2026-09-01T03:00:00Z')), '/predicate/cutoff/time'],
      [(p) => (p['replacement'] = any('x')), '/predicate/replacement'],
      [(p) => (p['Nonce'] = any('x')), '/predicate/Nonce'],
    ]
    for (const [change, pointer] of cases) {
      const fault = refusal(() => parseRevocation(changed(change)))
      expect([fault.reason, fault.pointer]).to.deep.equal(['unsupported', pointer])
    }
  })

  const wrong: readonly (readonly [string, (p: Loose, s: Loose) => unknown, Reason?])[] = [
    ['no target', (p) => delete p['target']],
    ['a target that is a string', (p) => (p['target'] = any(uris.key))],
    ['a type that is not the uri’s', (p) => (p['target']!['type'] = any('image'))],
    ['a malformed uri', (p) => (p['target']!['uri'] = any('key:x')), 'digest-malformed'],
    ['no mode', (p) => delete p['mode']],
    ['no reason', (p) => delete p['reason']],
    ['no log', (p) => delete p['log']],
    ['an empty log', (p) => (p['log'] = any(''))],
    ['no nonce', (p) => delete p['nonce']],
    ['a short nonce', (p) => (p['nonce'] = any('ab'))],
    ['an upper-case nonce', (p) => (p['nonce'] = any('AB'.repeat(16)))],
    ['since without a cut-off', (p) => delete p['cutoff']],
    ['all with a cut-off', (p) => (p['mode'] = any('all'))],
    ['a cut-off without a size', (p) => (p['cutoff'] = {})],
    ['a negative size', (p) => (p['cutoff']!['treeSize'] = any(-1))],
    ['a size that is a string', (p) => (p['cutoff']!['treeSize'] = any('12'))],
    ['an empty detail', (p) => (p['detail'] = any(''))],
    ['a detail of 2,001 characters', (p) => (p['detail'] = any('x'.repeat(2_001)))],
    ['an incident that is no link', (p) => (p['incident'] = any('INC 7'))],
    ['a subject that is not the target', (_p, s) => (s['subject']!['0']!['name'] = any(uris.image))],
    ['another digest', (_p, s) => (s['subject']!['0']!['digest'] = any({ sha256: 'cc'.repeat(32) }))],
    ['two subjects', (_p, s) => (s['subject'] = any([s['subject']!['0'], s['subject']!['0']]))],
    ['no predicate', (_p, s) => delete s['predicate']],
  ]
  for (const [title, change, reason] of wrong) {
    it(`refuses ${title}`, () => {
      expect(refusal(() => parseRevocation(changed(change))).reason).to.equal(
        reason ?? 'predicate-unacceptable',
      )
    })
  }

  it('I11 takes real UTC times only', () => {
    const bad = [
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '10000-01-01T00:00:00Z',
      '2026-09-01T24:00:00Z',
      '2026-09-01T03:00:00',
    ]
    for (const time of [
      ...bad,
      '2026-09-01T03:00:00+00:00',
      '2026-09-01 03:00:00Z',
      '2025-02-29T00:00:00Z',
      '',
      1_788_000_000,
    ]) {
      const fault = refusal(() => parseRevocation(changed((p) => (p['issuedAt'] = any(time)))))
      expect([fault.reason, fault.pointer], String(time)).to.deep.equal([
        'predicate-unacceptable',
        '/predicate/issuedAt',
      ])
    }
    for (const time of ['2024-02-29T23:59:59Z', '2026-09-01T03:00:00.123Z', '0001-01-01T00:00:00Z']) {
      expect(parseRevocation(changed((p) => (p['issuedAt'] = any(time)))).issuedAt).to.equal(time)
    }
  })

  it('takes every time that Date writes', () => {
    const times = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
    fc.assert(
      fc.property(times, (date) => {
        expect(parsed({ ...revocation, issuedAt: date.toISOString() }).issuedAt).to.equal(date.toISOString())
      }),
    )
  })
})

describe('schema/revocation', () => {
  const schema = readSchema('revocation')

  it('has exactly the members that the parser reads', () => {
    expect(memberNames(schema)).to.deep.equal([...revocationMembers.revocation].sort())
    expect(memberNames(within(schema, 'target'))).to.deep.equal([...revocationMembers.target].sort())
    expect(memberNames(within(schema, 'basis'))).to.deep.equal([...revocationMembers.basis].sort())
    expect(memberNames(within(schema, 'cutoff'))).to.deep.equal([...revocationMembers.cutoff].sort())
  })

  it('requires exactly what the parser requires', () => {
    const optional = ['cutoff', 'basis', 'detail', 'incident']
    expect([...(schema.required ?? [])].sort()).to.deep.equal(
      revocationMembers.revocation.filter((name) => !optional.includes(name)).sort(),
    )
    for (const name of schema.required ?? [])
      expect(() => parseRevocation(changed((p) => delete p[name])), name).to.throw()
  })

  it('allows the same reasons for the same targets in the same modes', () => {
    const { reason, mode } = schema.properties ?? {}
    const types = within(schema, 'target', 'type').enum
    expect(types).to.deep.equal(Object.keys(uris))
    expect(reason?.enum).to.deep.equal(Object.keys(allowedReasons))
    for (const [name, allowed] of Object.entries(allowedReasons)) {
      const then = ruleFor(schema, name)
      expect(then?.properties?.['mode']?.enum ?? mode?.enum, name).to.deep.equal(allowed.modes)
      expect((then && within(then, 'target', 'type').enum) ?? types, name).to.deep.equal(allowed.targets)
    }
  })
})

function ruleFor(schema: Schema, reason: string): Schema | undefined {
  return schema.allOf?.find((rule) => rule.if?.properties?.['reason']?.enum?.includes(reason))?.then
}
