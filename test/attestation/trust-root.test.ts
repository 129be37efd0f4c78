import { expect } from 'chai'
import { describe, it } from 'mocha'
import { DEPLOYMENT } from '../../src/attestation/predicate-types.ts'
import { parseStatement, type Statement } from '../../src/attestation/statement.ts'
import {
  parseTrustRoot,
  trustRootMembers,
  trustRootStatement,
  type TrustRoot,
} from '../../src/attestation/trust-root.ts'
import { attestationId } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Reason } from '../../src/errors.ts'
import { refusal } from '../helpers/mangle.ts'
import { memberNames, readSchema, within } from '../helpers/schema.ts'
import { testKey } from '../helpers/test-key.ts'

const [admin, ci] = [testKey('admin').publicKey, testKey('ci', 'ed25519').publicKey]
const stranger = testKey('stranger').publicKey
const id = attestationId(`sha256:${'ab'.repeat(32)}`)

const root: TrustRoot = {
  version: 1,
  log: 'ledger.test',
  admission: 'registered',
  admins: { principals: ['admin'], threshold: 1 },
  principals: { admin: { keys: [admin.id] }, ci: { keys: [ci.id], kind: 'builder' }, gone: { keys: [] } },
  keys: { [admin.id]: { spki: formatBase64(admin.spki) }, [ci.id]: { spki: formatBase64(ci.spki) } },
  grants: [
    { to: 'admin', role: 'revoke' },
    {
      to: 'ci',
      role: 'submit',
      predicateTypes: ['https://slsa.dev/provenance/v1', 'https://cyclonedx.org/bom*'],
    },
  ],
}

const deployer = { to: 'ci', role: 'submit', predicateTypes: [DEPLOYMENT] }

interface Loose {
  [name: string]: Loose
}

/** The statement of `root`, after a change to its JSON. */
function changed(change: (predicate: Loose, statement: Loose) => void, from: TrustRoot = root): Statement {
  const json = JSON.parse(new TextDecoder().decode(trustRootStatement(from))) as Loose
  change(json['predicate'] as Loose, json)
  return parseStatement(utf8(JSON.stringify(json)))
}

/** A value of any shape. */
const any = (value: unknown): Loose => value as Loose

describe('attestation/trust-root', () => {
  it('parses what it states, in version 1 and later', () => {
    const scoped = root.grants.map((grant) => ({ ...grant, images: ['r.test/shop/**', 'r.test/*/app'] }))
    const placed = [
      { to: 'ci', role: 'submit', predicateTypes: [DEPLOYMENT], environments: ['prod'] } as const,
    ]
    for (const one of [
      root,
      { ...root, version: 2, previous: id },
      { ...root, grants: scoped },
      { ...root, grants: placed },
    ]) {
      expect(parseTrustRoot(parseStatement(trustRootStatement(one)))).to.deep.equal(one)
    }
  })

  it('is about its log and nothing else', () => {
    const { subjects } = parseStatement(trustRootStatement(root))
    // printf 'log:ledger.test' | sha256sum
    const sha256 = '9b8adab67183b4424ddab46b90dc4898e4f92cc0467b1bce8320a541440c1002'
    expect(subjects).to.deep.equal([{ name: 'log:ledger.test', digest: { sha256 } }])
  })

  const unsupported: readonly (readonly [string, (predicate: Loose) => unknown, string])[] = [
    ['another admission', (p) => (p['admission'] = any('invited')), '/predicate/admission'],
    ['groups', (p) => (p['groups'] = {}), '/predicate/groups'],
    ['policies', (p) => (p['policies'] = {}), '/predicate/policies'],
    ['a witness policy', (p) => (p['witnessPolicy'] = any('')), '/predicate/witnessPolicy'],
    ['limits', (p) => (p['limits'] = {}), '/predicate/limits'],
    [
      'identities',
      (p) => (p['principals']!['ci']!['identities'] = any([])),
      '/predicate/principals/ci/identities',
    ],
    ['an algorithm of a key', (p) => (p['keys']![ci.id]!['alg'] = any('x')), `/predicate/keys/${ci.id}/alg`],
    ['aliases', (p) => (p['keys']![ci.id]!['aliases'] = any([])), `/predicate/keys/${ci.id}/aliases`],
    ['the role approve', (p) => (p['grants']!['0']!['role'] = any('approve')), '/predicate/grants/0/role'],
    ['the role admin', (p) => (p['grants']!['0']!['role'] = any('admin')), '/predicate/grants/0/role'],
    ['builder ids', (p) => (p['grants']!['1']!['builderIds'] = any([])), '/predicate/grants/1/builderIds'],
    [
      'predicate types to revoke',
      (p) => (p['grants']!['0']!['predicateTypes'] = any(['a:b'])),
      '/predicate/grants/0/predicateTypes',
    ],
    ['a group', (p) => (p['grants']!['0']!['to'] = any('group:x')), '/predicate/grants/0/to'],
    [
      'an asterisk inside',
      (p) => (p['grants']!['1']!['predicateTypes'] = any(['a:*b'])),
      '/predicate/grants/1/predicateTypes/0',
    ],
    [
      'two asterisks',
      (p) => (p['grants']!['1']!['predicateTypes'] = any(['a:**'])),
      '/predicate/grants/1/predicateTypes/0',
    ],
    ['a wrong-case member', (p) => (p['Version'] = any(1)), '/predicate/Version'],
  ]
  for (const [title, change, pointer] of unsupported) {
    it(`refuses ${title}, which it does not enforce, and points at it`, () => {
      const fault = refusal(() => parseTrustRoot(changed(change)))
      expect([fault.reason, fault.pointer]).to.deep.equal(['unsupported', pointer])
    })
  }

  const wrong: readonly (readonly [string, (predicate: Loose, statement: Loose) => unknown, Reason?])[] = [
    ['version 0', (p) => (p['version'] = any(0))],
    ['a version that is no number', (p) => (p['version'] = any('1'))],
    ['version 1.5', (p) => (p['version'] = any(1.5))],
    ['version 1 with a previous one', (p) => (p['previous'] = any(id))],
    ['version 2 without a previous one', (p) => (p['version'] = any(2))],
    [
      'a previous one that is no id',
      (p) => Object.assign(p, { version: 2, previous: 'sha256:x' }),
      'digest-malformed',
    ],
    ['no log', (p) => delete p['log']],
    ['an empty log', (p) => (p['log'] = any(''))],
    ['no admission', (p) => delete p['admission']],
    ['no administrators', (p) => (p['admins']!['principals'] = any([]))],
    [
      'an administrator who is no principal',
      (p) => (p['admins']!['principals'] = any(['admin', 'toString'])),
    ],
    ['an administrator without keys', (p) => (p['admins']!['principals'] = any(['admin', 'gone']))],
    ['an administrator twice', (p) => (p['admins']!['principals'] = any(['admin', 'admin']))],
    ['threshold 0', (p) => (p['admins']!['threshold'] = any(0))],
    ['a key of two principals', (p) => (p['principals']!['gone']!['keys'] = any([ci.id]))],
    ['a key of one principal, twice', (p) => (p['principals']!['ci']!['keys'] = any([ci.id, ci.id]))],
    ['a key of nobody', (p) => (p['keys']![stranger.id] = any({ spki: formatBase64(stranger.spki) }))],
    ['a principal with an unknown key', (p) => (p['principals']!['gone']!['keys'] = any([stranger.id]))],
    ['a key id that is another key', (p) => (p['keys']![ci.id]!['spki'] = any(formatBase64(stranger.spki)))],
    ['an spki that is not base64', (p) => (p['keys']![ci.id]!['spki'] = any('!')), 'base64-malformed'],
    ['an spki that is no key', (p) => (p['keys']![ci.id]!['spki'] = any('AQID')), 'key-malformed'],
    ['a key without spki', (p) => delete p['keys']![ci.id]!['spki']],
    ['a grant to nobody', (p) => (p['grants']!['0']!['to'] = any('nobody'))],
    ['a grant without role', (p) => delete p['grants']!['0']!['role']],
    ['a submit grant without predicate types', (p) => delete p['grants']!['1']!['predicateTypes']],
    ['a submit grant for nothing', (p) => (p['grants']!['1']!['predicateTypes'] = any([]))],
    ['a predicate type that is no URI', (p) => (p['grants']!['1']!['predicateTypes'] = any(['sbom']))],
    ['a predicate type twice', (p) => (p['grants']!['1']!['predicateTypes'] = any(['a:b', 'a:b']))],
    ['a scope of no image to revoke', (p) => (p['grants']!['0']!['images'] = any([]))],
    ['a scope of no image', (p) => (p['grants']!['1']!['images'] = any([]))],
    ['environments beside other types', (p) => (p['grants']!['1']!['environments'] = any(['prod']))],
    ['no environment', (p) => (p['grants']!['1'] = any({ ...deployer, environments: [] }))],
    ['an environment twice', (p) => (p['grants']!['1'] = any({ ...deployer, environments: ['a', 'a'] }))],
    ['an environment to look alike', (p) => (p['grants']!['1'] = any({ ...deployer, environments: ['a '] }))],
    ['an image pattern twice', (p) => (p['grants']!['1']!['images'] = any(['**', '**']))],
    ['half a part as an asterisk', (p) => (p['grants']!['1']!['images'] = any(['r.test/shop*']))],
    ['a name with a colon', (p) => (p['principals']!['a:b'] = any({ keys: [] }))],
    ['an empty name', (p) => (p['principals']![''] = any({ keys: [] }))],
    ['an empty kind', (p) => (p['principals']!['ci']!['kind'] = any(''))],
    ['no grants', (p) => delete p['grants']],
    ['no predicate', (_p, s) => delete s['predicate']],
    ['a subject of another log', (p) => (p['log'] = any('other.test'))],
    ['two subjects', (_p, s) => (s['subject'] = any([s['subject']!['0'], s['subject']!['0']]))],
    [
      'another digest of the subject',
      (_p, s) => (s['subject']!['0']!['digest'] = any({ sha256: 'ab'.repeat(32) })),
    ],
    ['one more digest of the subject', (_p, s) => (s['subject']!['0']!['digest']!['sha1'] = any('ab'))],
  ]
  for (const [title, change, reason] of wrong) {
    it(`refuses ${title}`, () => {
      const fault = refusal(() => parseTrustRoot(changed(change)))
      expect(fault.reason, fault.message).to.equal(reason ?? 'trust-root-unacceptable')
    })
  }

  it('accepts every predicate type by an asterisk alone', () => {
    const all = { to: 'ci', role: 'submit', predicateTypes: ['*'] } as const
    expect(
      parseTrustRoot(parseStatement(trustRootStatement({ ...root, grants: [all] }))).grants,
    ).to.deep.equal([all])
  })

  it('holds names of Object.prototype to be names like any other', () => {
    const principals = { ...root.principals, constructor: { keys: [] } }
    const read = parseTrustRoot(parseStatement(trustRootStatement({ ...root, principals })))
    expect(Object.keys(read.principals)).to.include('constructor')
    const grants = [{ to: 'hasOwnProperty', role: 'revoke' }] as const
    expect(
      refusal(() => parseTrustRoot(parseStatement(trustRootStatement({ ...root, grants })))).reason,
    ).to.equal('trust-root-unacceptable')
  })
})

describe('schema/trust-root', () => {
  const schema = readSchema('trust-root')

  it('has exactly the members that the parser reads', () => {
    const places: Readonly<Record<keyof typeof trustRootMembers, readonly string[]>> = {
      root: [],
      admins: ['admins'],
      principal: ['principal'],
      key: ['key'],
      submit: ['submit'],
      revoke: ['revoke'],
    }
    for (const [place, names] of Object.entries(trustRootMembers)) {
      const path = places[place as keyof typeof trustRootMembers]
      expect(memberNames(within(schema, ...path)), place).to.deep.equal([...names].sort())
    }
  })

  it('requires exactly what the parser requires', () => {
    const predicate = JSON.parse(new TextDecoder().decode(trustRootStatement(root)))[
      'predicate'
    ] as JsonObject
    for (const name of trustRootMembers.root) {
      const isRequired = schema.required?.includes(name) ?? false
      if (name in predicate) expect(() => parseTrustRoot(changed((p) => delete p[name])), name).to.throw()
      expect(isRequired, name).to.equal(name in predicate)
    }
  })
})
