import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { attestationId, keyId } from '../../src/brand.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { compareBytes, concatBytes } from '../../src/encoding/bytes.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import {
  baseImageKey,
  builderKey,
  commitKey,
  componentHashKey,
  componentKey,
  componentPrefix,
  cpeKey,
  environmentKey,
  keysOfManifest,
  licenceKey,
  parseComponentKey,
  predicateTypeKey,
  signerKey,
  sourceKey,
  sourcePrefix,
  statusKey,
  statusKeysOf,
  subjectKey,
  trustRootsKey,
  unreadableKey,
} from '../../src/map/keys.ts'
import { parseManifest } from '../../src/sbom/manifest.ts'
import { expectFault } from '../helpers/expect-fault.ts'

const id = '0f'.repeat(32)
const other = 'a1'.repeat(32)
const commit = 'aaf024b5e8dc5e08e4414583203968ca0a5ec043'

/** Digests and texts were made with coreutils (sha256sum, od). Changing one of these means a new map. */
const golden: readonly (readonly [title: string, key: Uint8Array, hex: string])[] = [
  [
    'component',
    componentKey('pkg:npm/%40babel/core', '7.0.0'),
    '70d94777121716730e706b673a6e706d2f253430626162656c2f636f726540372e302e30',
  ],
  [
    'component without a version',
    componentKey('pkg:npm/%40babel/core', ''),
    '70d94777121716730e706b673a6e706d2f253430626162656c2f636f726540',
  ],
  [
    'component, version with blank and "@"',
    componentKey('pkg:deb/debian/zlib1g', '1:1.2.11+dfsg 4@b'),
    '70b5651345edd33114706b673a6465622f64656269616e2f7a6c6962316740313a312e322e31312b6466736720344062',
  ],
  [
    'all versions of a component',
    componentPrefix('pkg:npm/%40babel/core'),
    '70d94777121716730e706b673a6e706d2f253430626162656c2f636f726540',
  ],
  ['subject, SHA-256', subjectKey(`sha256:${id}`), `7301${id}`],
  ['subject, SHA-384', subjectKey(`sha384:${'0f'.repeat(48)}`), `7302${'0f'.repeat(48)}`],
  ['subject, SHA-512', subjectKey(`sha512:${'0f'.repeat(64)}`), `7303${'0f'.repeat(64)}`],
  ['base image', baseImageKey(`sha256:${id}`), `6401${id}`],
  ['component hash, SHA-1', componentHashKey(`sha1:${commit}`), `6604${commit}`],
  ['component hash, SHA-512', componentHashKey(`sha512:${'0f'.repeat(64)}`), `6603${'0f'.repeat(64)}`],
  ['CPE', cpeKey('a:f5:nginx', '1.2'), '63a16a190714c1f351613a66353a6e67696e7840312e32'],
  ['signer', signerKey(keyId(`sha256:${id}`)), `6b${id}`],
  [
    'predicate type',
    predicateTypeKey('https://slsa.dev/provenance/v1'),
    '746f94cc499cd18ded68747470733a2f2f736c73612e6465762f70726f76656e616e63652f7631',
  ],
  [
    'builder',
    builderKey('https://b.example/ä'),
    '62003d6dccd46b399d68747470733a2f2f622e6578616d706c652fc3a4',
  ],
  ['environment', environmentKey('prod'), '656754af9632a2745e70726f64'],
  ['licence', licenceKey('MIT'), '6ce5dcffe836b6ec8a4d4954'],
  [
    'source commit',
    sourceKey('github.com/o/r', commit),
    '676d5c8a7b6c8ca4776769746875622e636f6d2f6f2f724061616630323462356538646335653038653434313435383332303339363863613061356563303433',
  ],
  [
    'all commits of a source',
    sourcePrefix('github.com/o/r'),
    '676d5c8a7b6c8ca4776769746875622e636f6d2f6f2f7240',
  ],
  ['commit, SHA-1', commitKey(commit), `68${commit}`],
  ['commit, SHA-256', commitKey(id), `68${id}`],
  ['unreadable entries', unreadableKey, '75'],
  ['status of an attestation', statusKey(`attestation:sha256:${id}`), `61${id}`],
  ['status of a signature', statusKey(`signature:sha256:${id}#sha256:${other}`), `67${id}${other}`],
  ['status of a key', statusKey(`key:sha256:${id}`), `6b${id}`],
  ['status of an image', statusKey(`image:sha256:${id}`), `6901${id}`],
  ['trust roots', trustRootsKey, '72'],
]

const manifest = [
  'b\thttps://b.example/ä\t',
  'c\ta:f5:nginx\t',
  `d\tsha256:${id}\t`,
  'e\tprod%20eu\t\tcluster=c-1',
  `f\tsha1:${commit}\t\tof=pkg:npm/a@1`,
  `f\tsha1:${commit}\t\tof=pkg:npm/b@1`,
  `g\tgithub.com/o/r\t${commit}`,
  `k\tsha256:${id}\t`,
  'l\tMIT\t',
  'p\tpkg:deb/debian/zlib1g\t1:1.2.11+dfsg%204@b\tarch=amd64',
  'p\tpkg:deb/debian/zlib1g\t1:1.2.11+dfsg%204@b\tarch=arm64',
  'p\tpkg:npm/%2540babel/core\t',
  `s\tsha256:${id}\t\tname=a`,
  `s\tsha256:${id}\t\tname=b`,
  't\thttps://slsa.dev/provenance/v1\t',
  'w\tsyft\t1',
]

describe('keys', () => {
  for (const [title, key, hex] of golden) {
    it(`of ${title} have exactly these bytes`, () => expect(formatHex(key)).to.equal(hex))
  }

  it('of a manifest are those of its lines, unescaped, each once and sorted; a tool has none', () => {
    const keys = keysOfManifest(parseManifest(utf8(`${manifest.join('\n')}\n`)))
    const expected = [
      builderKey('https://b.example/ä'),
      cpeKey('a:f5:nginx', ''),
      baseImageKey(`sha256:${id}`),
      environmentKey('prod eu'),
      componentHashKey(`sha1:${commit}`),
      sourceKey('github.com/o/r', commit),
      commitKey(commit),
      signerKey(keyId(`sha256:${id}`)),
      licenceKey('MIT'),
      componentKey('pkg:deb/debian/zlib1g', '1:1.2.11+dfsg 4@b'),
      componentKey('pkg:npm/%40babel/core', ''),
      subjectKey(`sha256:${id}`),
      predicateTypeKey('https://slsa.dev/provenance/v1'),
    ]
    expect(keys.map(formatHex)).to.deep.equal([...expected].sort(compareBytes).map(formatHex))
  })

  it('of components give back name and version, and begin with the prefix of the name', () => {
    const name = fc.stringMatching(/^pkg:[a-z%/]{1,20}$/)
    fc.assert(
      fc.property(name, fc.string({ unit: 'grapheme' }), name, (one, version, another) => {
        const key = componentKey(one, version)
        expect(parseComponentKey(key)).to.deep.equal({ name: one, version })
        expect(startsWith(key, componentPrefix(one))).to.equal(true)
        expect(startsWith(key, componentPrefix(another))).to.equal(one === another)
      }),
    )
    for (const key of [signerKey(keyId(`sha256:${id}`)), utf8('p'), utf8('p12345678'), unreadableKey])
      expect(parseComponentKey(key)).to.equal(undefined)
  })

  it('longer than 1,024 bytes are cut to 992 bytes and the hash of the whole', () => {
    const head = concatBytes(utf8('p'), sha256(utf8('pkg:npm/a')).slice(0, 8), utf8('pkg:npm/a@'))
    const longest = componentKey('pkg:npm/a', 'x'.repeat(1_024 - head.length))
    expect(longest).to.have.length(1_024)
    expect(longest.at(-1)).to.equal(0x78)
    const whole = concatBytes(head, utf8('x'.repeat(1_025 - head.length)))
    const cut = componentKey('pkg:npm/a', 'x'.repeat(1_025 - head.length))
    expect(formatHex(cut)).to.equal(formatHex(concatBytes(whole.slice(0, 992), sha256(whole))))
    expect(startsWith(cut, componentPrefix('pkg:npm/a'))).to.equal(true)
    // Nobody can tell from the key alone whether it was cut, so nobody guesses a version.
    expect([longest, cut].map(parseComponentKey)).to.deep.equal([undefined, undefined])
    for (const key of [
      builderKey('b'.repeat(2_000)),
      predicateTypeKey('t'.repeat(2_000)),
      sourceKey('r'.repeat(2_000), commit),
    ])
      expect(key).to.have.length(1_024)
  })

  it('of a name too long for a key are still under its prefix', () => {
    for (const length of [970, 975, 983, 984, 1_000, 1_015, 1_020, 3_000]) {
      const name = `pkg:npm/${'n'.repeat(length)}`
      for (const version of ['', '1.0.0', 'v'.repeat(100)]) {
        expect(startsWith(componentKey(name, version), componentPrefix(name)), `${length}`).to.equal(true)
      }
    }
  })

  it('of control statements are those of their targets', () => {
    const target = parseTarget(`key:sha256:${id}`)
    const revocation = {
      target,
      mode: 'all',
      reason: 'unspecified',
      log: 'l',
      issuedAt: '2026-01-01T00:00:00Z',
      nonce: '0'.repeat(32),
    } as const
    expect(statusKeysOf({ kind: 'revocation', revocation })).to.deep.equal([statusKey(target.uri)])
    const { target: _target, mode: _mode, ...common } = revocation
    const annulment = { ...common, reason: 'mistake', revocation: attestationId(`sha256:${id}`) } as const
    expect(statusKeysOf({ kind: 'annulment', annulment })).to.deep.equal([
      statusKey(`attestation:sha256:${id}`),
    ])
  })

  it('are refused for what is no digest, commit or target', () => {
    for (const digest of [
      '',
      'sha256:',
      `sha256:${'0F'.repeat(32)}`.slice(0, -1),
      `sha1:${commit}`,
      `sha256:${commit}`,
      `sha256:${id}:1`,
    ]) {
      expectFault('digest-malformed', () => subjectKey(digest), digest)
      expectFault('digest-malformed', () => baseImageKey(digest), digest)
    }
    expectFault('hex-malformed', () => subjectKey(`sha256:${id.toUpperCase()}`))
    for (const text of ['', 'abcd', commit.toUpperCase(), `${commit}00`])
      expectFault('hex-malformed', () => commitKey(text), text)
    expectFault('unsupported', () => statusKey(`principal:sha256:${id}`))
    expectFault('digest-malformed', () => statusKey('key:sha256:00'))
  })
})

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return compareBytes(key.slice(0, prefix.length), prefix) === 0
}
