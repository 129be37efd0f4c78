import { expect } from 'chai'
import { describe, it } from 'mocha'
import { attestationId, logIndex } from '../../src/brand.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { formatStatement, parseStatement } from '../../src/attestation/statement.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { admit, type Admitted } from '../../src/ledger/admit.ts'
import { derive, type Derived } from '../../src/ledger/derive.ts'
import type { LogEntry } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { keysOfManifest } from '../../src/map/keys.ts'
import { formatManifest, manifestOf } from '../../src/sbom/manifest.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { keys, revocationPayload, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const digest = { sha256: 'ab'.repeat(32) }
const provenance = {
  buildDefinition: {
    buildType: 'https://ci.test/v1',
    resolvedDependencies: [
      { uri: 'git+https://git.test/shop', digest: { gitCommit: 'c'.repeat(40) } },
      { uri: 'pkg:docker/node@22', digest: { sha256: 'ee'.repeat(32) } },
    ],
  },
  runDetails: { builder: { id: 'https://ci.test/b %\t' }, metadata: { startedOn: '2026-11-24T12:00:00Z' } },
}
const statement = (predicateType: string, predicate: JsonObject): Uint8Array =>
  formatStatement({ subjects: [{ name: 'registry.test/shop', digest }], predicateType, predicate })

function admitted(payload: Uint8Array): Admitted {
  return admit(signEnvelope(payload, keys.ci), [keys.ci.publicKey])
}

function entryFor({ attestation, pae, signatures: [first] }: Admitted): LogEntry {
  if (first === undefined) throw new Error('expected a signature')
  const leaf = entryOf(pae, first.key, first.signature)
  const recordedAt = '2026-11-24T12:00:00.000Z'
  const key = first.key.id
  return {
    index: logIndex(5),
    leaf,
    leafHash: leafHash(leaf),
    attestation,
    key,
    recordedAt,
    readable: true,
  }
}

const oci = (hex: string, qualifiers = ''): string => `pkg:oci/shop@sha256%3A${hex}${qualifiers}`
const [OF_INDEX, OF_IMAGE] = [digest.sha256, 'cd'.repeat(32)]
const indexBom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { component: { name: 'shop', purl: oci(OF_INDEX) } },
  components: [{ name: 'shop', purl: oci(OF_IMAGE, '?arch=amd64') }],
}
const spdxPackage = (SPDXID: string, referenceLocator: string): JsonObject => ({
  SPDXID,
  name: SPDXID,
  externalRefs: [{ referenceType: 'purl', referenceLocator }],
})
const largeIndex = {
  spdxVersion: 'SPDX-2.3',
  comment: 'x'.repeat(1024 * 1024),
  packages: [spdxPackage('index', oci(OF_INDEX)), spdxPackage('image', oci(OF_IMAGE, '?arch=amd64'))],
  relationships: [{ spdxElementId: 'index', relationshipType: 'VARIANT_OF', relatedSpdxElement: 'image' }],
}

/** More lines than are held as objects; their order is not that of the document, and some come twice. */
const longBom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  comment: 'x'.repeat(1024 * 1024),
  components: Array.from({ length: 8_000 }, (_, i) => {
    const name = `\u00e9 ${(i * 7919) % 7_000}`
    const content = (digits: number): string => i.toString(16).padStart(digits, '0')
    const hashes = [
      { alg: 'SHA-1', content: content(40) },
      { alg: 'SHA-256', content: content(64) },
    ]
    return { name, purl: `pkg:npm/${encodeURIComponent(name)}@1.0.0`, hashes }
  }),
}

/** What there is of it, where some is made as it is asked for. */
const whole = (derived: Derived): unknown => ({
  ...derived,
  componentKeys: [...derived.componentKeys],
  names: new Set([...derived.names].map(({ kind, name }) => `${kind} ${name}`)),
})

describe('what the index learns of an entry', () => {
  const handedOver = [
    ['provenance', statement('https://slsa.dev/provenance/v1', provenance)],
    ['a short SBOM', sbomPayload('shop', ['a@1.0.0', 'b@2.0.0'])],
    ['an index in CycloneDX', statement('https://cyclonedx.org/bom', indexBom)],
    ['an index in SPDX, too large to be read whole', statement('https://spdx.dev/Document', largeIndex)],
    ['an SBOM of many lines', statement('https://cyclonedx.org/bom', longBom)],
    ['a statement of another kind', statement('https://test.dev/other', { any: 1 })],
  ] as const

  for (const [name, payload] of handedOver) {
    it(`is the same from what admission read as from the signed bytes: ${name}`, async () => {
      const submission = admitted(payload)
      const { attestation, pae, stated } = submission
      if (stated === undefined) throw new Error('expected something to hand over')
      const entry = entryFor(submission)
      const { blobs } = openMemoryStorage()
      const handed = { ...stated, index: entry.index, attestation, signedBytes: pae.length }
      // Nothing is stored yet: it cannot come from there.
      const fromAdmission = await derive(entry, blobs, handed)
      await blobs.put([{ digest: attestation, bytes: pae }])
      expect(whole(fromAdmission)).to.deep.equal(whole(await derive(entry, blobs)))
      const lines = manifestOf(parseStatement(payload), entry.key)
      expect(fromAdmission.manifest.bytes).to.deep.equal(formatManifest(lines))
      expect([...fromAdmission.componentKeys]).to.deep.equal(keysOfManifest(lines))
      expect(fromAdmission.facts.sbom?.components ?? 0).to.equal(
        lines.filter(({ kind }) => kind === 'p').length,
      )
      const platforms = fromAdmission.facts.relations?.map(({ platform }) => platform)
      expect(platforms).to.deep.equal(name.startsWith('an index') ? ['unknown/amd64'] : undefined)
    })
  }

  it('is read from the signed bytes if what was handed over is of another statement or signer', async () => {
    const submission = admitted(sbomPayload('shop', ['a@1.0.0']))
    const { attestation, pae, stated } = submission
    if (stated === undefined) throw new Error('expected something to hand over')
    const entry = entryFor(submission)
    const { blobs } = openMemoryStorage()
    await blobs.put([{ digest: attestation, bytes: pae }])
    const wrong = { ...stated, index: entry.index, manifest: new Uint8Array(), attestation, signedBytes: 1 }
    const other = attestationId(`sha256:${'cd'.repeat(32)}`)
    const expected = whole(await derive(entry, blobs))
    expect(whole(await derive(entry, blobs, { ...wrong, attestation: other }))).to.deep.equal(expected)
    const otherKey = await derive(entry, blobs, { ...wrong, key: keys.admin.publicKey.id })
    expect(whole(otherKey)).to.deep.equal(expected)
  })

  it('is not handed over where that costs more than reading, nor of control statements', () => {
    const many = Array.from({ length: 40 }, (_, i) => `a@1.0.${i}`)
    const revocation = revocationPayload({
      target: parseTarget(`key:${keys.ci.publicKey.id}`),
      mode: 'all',
      reason: 'key-compromise',
    })
    expect(admitted(sbomPayload('shop', many))).to.not.have.property('stated')
    expect(admitted(revocation)).to.not.have.property('stated')
  })
})
