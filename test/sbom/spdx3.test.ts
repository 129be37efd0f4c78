import { expect } from 'chai'
import { describe, it } from 'mocha'
import { STATEMENT_V1 } from '../../src/attestation/statement.ts'
import { keyId } from '../../src/brand.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { documentImage } from '../../src/sbom/document-image.ts'
import { formatLine, manifestOf } from '../../src/sbom/manifest.ts'
import { reported, type ReportedSbom } from '../../src/sbom/reported.ts'
import { readSpdx as readPlain } from '../../src/sbom/spdx.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { spdx3 } from './documents.ts'

const readSpdx = (...of: Parameters<typeof readPlain>): ReportedSbom => reported(readPlain(...of))

const image = `sha256:${'ab'.repeat(32)}`

const malformed: readonly (readonly [pointer: string, element: JsonValue])[] = [
  ['/predicate/@graph/0/name', { type: 'software_Package', spdxId: 'urn:x' }],
  [
    '/predicate/@graph/0/software_packageVersion',
    { type: 'software_Package', name: 'a', software_packageVersion: 1 },
  ],
  [
    '/predicate/@graph/0/software_packageUrl',
    { type: 'software_Package', name: 'a', software_packageUrl: ['pkg:npm/a'] },
  ],
]

describe('SPDX 3', () => {
  it('gives the lines that the same content gives in SPDX 2', () => {
    const lines = manifestOf(
      {
        type: STATEMENT_V1,
        subjects: [{ name: 'registry.example/app', digest: { sha256: 'ab'.repeat(32) } }],
        predicateType: 'https://spdx.dev/Document/v3',
        predicate: spdx3(),
      },
      keyId(`sha256:${'0f'.repeat(32)}`),
    )
    expect(lines.map(formatLine)).to.deep.equal([
      'c\ta:acme:blob\t2',
      `f\tsha256:${'cd'.repeat(32)}\t\tof=pkg:apk/alpine/curl@7.83.0-r0`,
      `k\tsha256:${'0f'.repeat(32)}`.concat('\t'),
      'l\tGPL-2.0-only\t',
      'l\tMIT\t',
      'l\tcurl\t',
      'n\tblob\t2\tdistro=alpine-3.16',
      'p\tpkg:apk/alpine/curl\t7.83.0-r0\tarch=x86_64\tdistro=alpine-3.16\tsrc=curl@7.83.0-r0',
      `p\tpkg:oci/app\t${image}`,
      'p\tpkg:pypi/flask\t2.0',
      `s\tsha256:${'ab'.repeat(32)}\t\tname=registry.example/app`,
      't\thttps://spdx.dev/Document/v3\t',
      'w\ttern\t2.12.0',
    ])
  })

  it('names its subject, its time and what it is poor in', () => {
    const { format, about, created, counts, system } = readSpdx(spdx3())
    expect({ format, about, created, system }).to.deep.equal({
      format: 'SPDX 3.0',
      about: [image],
      created: '2026-01-01T00:00:00Z',
      system: 'alpine-3.16',
    })
    expect(counts).to.deep.equal({ components: 5, withPurl: 3, withoutVersion: 0, duplicates: 0, badPurl: 0 })
    expect(documentImage(spdx3())).to.deep.equal({ name: 'app', digest: image })
  })

  it('finds elements wherever they stand: alone, or inside each other', () => {
    const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld'
    const alone = {
      '@context': context,
      type: 'software_Package',
      name: 'a',
      software_packageUrl: 'pkg:npm/a@1',
    }
    expect(readSpdx(alone).counts.withPurl).to.equal(1)
    const inside: JsonObject = {
      '@context': [context, { ext: 'https://example.com/ext/' }],
      '@graph': [
        {
          type: 'software_Sbom',
          creationInfo: {
            type: 'CreationInfo',
            created: '2026-01-01T00:00:00Z',
            createdBy: [{ type: 'SoftwareAgent', name: 'maker-1.2' }],
          },
          rootElement: [alone],
        },
        {
          '@id': '_:r',
          type: 'Relationship',
          relationshipType: 'hasDeclaredLicense',
          from: alone,
          to: alone,
        },
      ],
    }
    const read = readSpdx(inside)
    expect(read.tool).to.deep.equal({ name: 'maker', version: '1.2' })
    expect(read.created).to.equal('2026-01-01T00:00:00Z')
    expect(read.components.map((one) => one.name)).to.include('a')
  })

  it('is read by the context that it names, which nobody fetches; another one is refused', () => {
    for (const context of [
      'https://spdx.org/rdf/3.1/spdx-context.jsonld',
      'https://spdx.org/rdf/4.0.1/spdx-context.jsonld',
      'https://openvex.dev/ns/v0.2.0',
      'https://evil.example/?spdx.org/rdf/3.0.1/',
      { '@vocab': 'https://spdx.org/rdf/3.0.1/' },
      [],
      3,
    ]) {
      const fault = expectFault('sbom-format-unsupported', () =>
        readSpdx(spdx3({ '@context': context }), '/predicate'),
      )
      expect(fault.pointer).to.equal('/predicate/@context')
      expect(fault.hint).to.contain('spdx-json@2.3')
    }
    const another = 'https://spdx.org/rdf/3.0.0/spdx-context.jsonld'
    expect(readSpdx(spdx3({ '@context': another })).format).to.equal('SPDX 3.0')
  })

  it('is refused with the place where its shape is wrong', () => {
    for (const [pointer, element] of malformed) {
      const fault = expectFault('sbom-unacceptable', () =>
        readSpdx(spdx3({ '@graph': [element] }), '/predicate'),
      )
      expect(fault.pointer).to.equal(pointer)
    }
  })

  it('is taken where references lead nowhere or in a circle', () => {
    const graph: JsonValue = [
      { type: 'SpdxDocument', spdxId: 'urn:d', creationInfo: '_:nobody', rootElement: ['urn:d', 'urn:none'] },
      { type: 'software_Package', spdxId: 'urn:d', name: 'a' },
      { type: 'Relationship', relationshipType: 'hasDeclaredLicense', from: 'urn:none', to: ['urn:none'] },
      { type: 'Relationship', relationshipType: 'describes' },
    ]
    const read = readSpdx(spdx3({ '@graph': graph }))
    expect(read.counts.components).to.equal(1)
    expect(read.findings.map(({ code }) => code)).to.deep.equal(['no-tool', 'no-purl', 'no-version'])
  })

  it('counts each purl of a package against the limit, and does not run out of stack before', () => {
    const identifiers = Array.from({ length: 130_000 }, (_, i) => ({
      type: 'ExternalIdentifier',
      externalIdentifierType: 'packageUrl',
      identifier: `pkg:npm/a${i}@1`,
    }))
    const graph = [{ type: 'software_Package', name: 'a', externalIdentifier: identifiers }]
    expectFault('component-limit', () => readSpdx(spdx3({ '@graph': graph })))
  })
})
