import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize, type TreeSize } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { MAX_KEY_BYTES } from '../../src/map/mpt.ts'
import { componentKey, componentPrefix } from '../../src/map/keys.ts'
import { checkKeys, type CompleteKeys } from '../../src/verify/complete-keys.ts'
import type { MapProofs } from '../../src/verify/completeness-wire.ts'
import { LONG_VERSION, world } from '../helpers/complete-claim.ts'
import { refusal } from '../helpers/mangle.ts'
import { mapAt, proveKeys } from '../helpers/map-world.ts'

type Proofs = Omit<MapProofs, 'map'>

const at = mapAt(world, 'components', 11)
const lodash = componentPrefix('pkg:npm/lodash')
const [affected, fixed, nowhere] = ['4.17.20', '4.17.21', '9.9.9'].map((version) =>
  componentKey('pkg:npm/lodash', version),
) as [Uint8Array, Uint8Array, Uint8Array]
const WHOLE = treeSize(11)

function check(proofs: Proofs, below: TreeSize = WHOLE, root = at.version.root): CompleteKeys {
  return checkKeys({ map: 'components', root }, proofs, below)
}

describe('keys of a map', () => {
  it('have all their entries, or are absent, whether shown alone or under a prefix', () => {
    const alone = check(proveKeys(at, { keys: [affected, fixed, nowhere] }))
    const together = check(proveKeys(at, { prefixes: [lodash] }))
    for (const keys of [alone, together]) {
      expect(keys.postings(affected)).to.deep.equal([1])
      expect(keys.postings(fixed)).to.deep.equal([2, 4])
      expect(keys.postings(nowhere)).to.deep.equal([])
      expect([keys.value(fixed)?.size, keys.value(nowhere)]).to.deep.equal([2, undefined])
    }
    expect(together.under(lodash)).to.have.length(7)
    expect(together.under(concatBytes(lodash, utf8('4.17.2')))).to.deep.equal([affected, fixed])
    expect(together.under(affected)).to.deep.equal([affected])
  })

  it('have the entries below a size, from lists that have grown since', () => {
    const keys = check(proveKeys(at, { prefixes: [lodash] }), treeSize(3))
    expect([keys.postings(affected), keys.postings(fixed)]).to.deep.equal([[1], [2]])
  })

  it('may have the greatest length that keys have', () => {
    const [long, later] = [componentKey('pkg:npm/lodash', LONG_VERSION), mapAt(world, 'components', 13)]
    expect(long).to.have.length(MAX_KEY_BYTES)
    const keys = check(proveKeys(later, { keys: [long] }), treeSize(13), later.version.root)
    expect(keys.postings(long)).to.deep.equal([12])
  })

  it('are asked for in vain if nothing is shown of them', () => {
    const keys = check(proveKeys(at, { prefixes: [concatBytes(lodash, utf8('4.17'))], keys: [nowhere] }))
    const versions = refusal(() => keys.under(lodash))
    expect([versions.reason, versions.message]).to.deep.equal([
      'answer-incomplete',
      'components map, key p pkg:npm/lodash@: expected a proof of all keys that begin so, got nothing',
    ])
    expect(refusal(() => keys.postings(componentKey('pkg:npm/lodash', '4.0.0'))).reason).to.equal(
      'answer-incomplete',
    )
    const unlisted = proveKeys(at, { keys: [affected] })
    const { n, root, key, proof } = unlisted.keys[0] as MapProofs['keys'][number]
    const bare = check({ ...unlisted, keys: [{ key, n, root, proof }] })
    expect(refusal(() => bare.postings(affected)).reason).to.equal('answer-incomplete')
  })
})

/** Each is one lie about an honest proof. */
const lies: Readonly<Record<string, (honest: Proofs) => Proofs>> = {
  'a version is hidden': ({ prefixes: [under], ...rest }) => ({
    ...rest,
    prefixes: under === undefined ? [] : [{ ...under, keys: under.keys.slice(1) }],
  }),
  'no version is said to be there': ({ prefixes: [under], ...rest }) => ({
    ...rest,
    prefixes: under === undefined ? [] : [{ ...under, keys: [] }],
  }),
  'a narrower subtree is shown for the wider prefix': (honest) => {
    const narrow = proveKeys(at, { prefixes: [concatBytes(lodash, utf8('4.17'))] }).prefixes[0]
    const keys = narrow?.keys.map((one) => ({
      ...one,
      rest: formatBase64(concatBytes(utf8('4.17'), fromRest(one.rest))),
    }))
    const claimed = { prefix: formatBase64(lodash), keys: keys ?? [], proof: narrow?.proof ?? '' }
    return { ...honest, prefixes: [claimed] }
  },
  'a key of another prefix is put among them': ({ prefixes: [under], ...rest }) => ({
    ...rest,
    prefixes: under === undefined ? [] : [{ ...under, prefix: formatBase64(utf8('p')) }],
  }),
  'a posting list is cut short': (honest) => ({
    ...honest,
    keys: honest.keys.map((one) => ({ ...one, postings: one.postings?.slice(0, 1) ?? [] })),
  }),
  'a posting list is cut short, and its count with it': (honest) => ({
    ...honest,
    keys: honest.keys.map((one) => ({ ...one, n: 1, postings: one.postings?.slice(0, 1) ?? [] })),
  }),
  'an entry is put in another place': (honest) => ({
    ...honest,
    keys: honest.keys.map((one) => ({ ...one, postings: [2, 5].map(logIndex) })),
  }),
  'an absence is replayed for another key': (honest) => ({
    ...honest,
    absent: honest.absent.map((one) => ({ ...one, key: formatBase64(affected) })),
  }),
  'an absence is of the map as it was': (honest) => ({
    ...honest,
    absent: proveKeys(mapAt(world, 'components', 2), { keys: [nowhere] }).absent,
  }),
  'a key is shown as it was': (honest) => ({
    ...honest,
    keys: proveKeys(mapAt(world, 'components', 3), { keys: [fixed] }).keys,
  }),
  'a root is too short': (honest) => ({
    ...honest,
    keys: honest.keys.map((one) => ({ ...one, root: 'AAAA' })),
  }),
  'a key is longer than keys are': (honest) => ({
    ...honest,
    absent: honest.absent.map((one) => ({ ...one, key: formatBase64(new Uint8Array(1_000_000)) })),
  }),
  'a prefix is longer than keys are': (honest) => ({
    ...honest,
    prefixes: [{ prefix: formatBase64(new Uint8Array(1_000_000)), keys: [], proof: '' }],
  }),
  'a proof is no base64': (honest) => ({
    ...honest,
    keys: honest.keys.map((one) => ({ ...one, proof: '?' })),
  }),
}

function fromRest(rest: string): Uint8Array {
  return Uint8Array.from(atob(rest), (letter) => letter.charCodeAt(0))
}

describe('keys of a map are refused', () => {
  for (const [lie, tell] of Object.entries(lies)) {
    it(`if ${lie}`, () => {
      const honest = proveKeys(at, { prefixes: [lodash], keys: [fixed, nowhere] })
      check(honest)
      expect(refusal(() => check(tell(honest))).reason).to.equal('map-proof-invalid')
    })
  }

  it('against any other root', () => {
    const honest = proveKeys(at, { keys: [nowhere] })
    const roots = [3, 10].map((size) => mapAt(world, 'components', size).version.root)
    for (const root of roots)
      expect(refusal(() => check(honest, WHOLE, root)).reason).to.equal('map-proof-invalid')
  })
})
