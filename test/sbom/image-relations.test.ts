/** Which images belong together, read from statements alone. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseStatement } from '../../src/attestation/statement.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { formatLine } from '../../src/sbom/manifest-line.ts'
import { imageRelations, MAX_RELATIONS, relationLines } from '../../src/sbom/image-relations.ts'

const [I, A, B, X] = ['1', 'a', 'b', 'f'].map((digit) => digit.repeat(64)) as [string, string, string, string]
const SPDX = 'https://spdx.dev/Document/v2.3'
const CYCLONEDX = 'https://cyclonedx.org/bom'
const PROVENANCE = 'https://slsa.dev/provenance/v1'

type Named = readonly [name: string, hex: string]

function statement(predicateType: string, subjects: readonly Named[], predicate: JsonObject = {}) {
  const subject = subjects.map(([name, sha256]) => ({ name, digest: { sha256 } }))
  const json = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate }
  return parseStatement(utf8(JSON.stringify(json)))
}

/** `index>image platform`, by the first digit of each. */
const relations = (type: string, subjects: readonly Named[], predicate?: JsonObject): string =>
  imageRelations(statement(type, subjects, predicate))
    .map(({ index, image, platform }) => `${index.slice(7, 8)}>${image.slice(7, 8)} ${platform}`.trim())
    .join(', ')

const oci = (hex: string, qualifiers = ''): string => `pkg:oci/shop@sha256%3A${hex}${qualifiers}`
const LIST = '?mediaType=application%2Fvnd.oci.image.index.v1%2Bjson'

function spdx(
  packages: Record<string, string>,
  edges: readonly (readonly [string, string, string])[],
): JsonObject {
  return {
    spdxVersion: 'SPDX-2.3',
    packages: Object.entries(packages).map(([SPDXID, referenceLocator]) => ({
      SPDXID,
      name: SPDXID,
      externalRefs: [{ referenceType: 'purl', referenceLocator }],
    })),
    relationships: edges.map(([spdxElementId, relationshipType, relatedSpdxElement]) => ({
      spdxElementId,
      relationshipType,
      relatedSpdxElement,
    })),
  }
}

describe('an index and its platform images', () => {
  it('are subjects of one statement, of one repository, told apart by their platforms', () => {
    const amd64: Named = ['pkg:docker/registry.test/shop@1.4?platform=linux%2Famd64', A]
    const arm64: Named = ['pkg:oci/shop@sha256%3Ab?arch=arm64&os=linux&repository_url=registry.test/shop', B]
    expect(relations(PROVENANCE, [['registry.test/shop:1.4', I], amd64, arm64])).to.equal(
      '1>a linux/amd64, 1>b linux/arm64',
    )
    expect(relations(PROVENANCE, [amd64, arm64]), 'no index').to.equal('')
    expect(relations(PROVENANCE, [['registry.test/api:1.4', I], amd64]), 'another repository').to.equal('')
    expect(relations(PROVENANCE, [['shop.tar', I], amd64]), 'no image').to.equal('')
  })

  it('are variants of each other in SPDX, in whichever direction a tool writes it', () => {
    const packages = { index: oci(I), amd: oci(A, '?arch=amd64&os=linux'), arm: oci(B, '?arch=arm64') }
    const subject: readonly Named[] = [['registry.test/shop', I]]
    const edges = [
      ['index', 'VARIANT_OF', 'amd'],
      ['arm', 'VARIANT_OF', 'index'],
      ['amd', 'CONTAINS', 'arm'],
    ] as const
    expect(relations(SPDX, subject, spdx(packages, edges))).to.equal('1>a linux/amd64, 1>b unknown/arm64')
    const unclear = spdx({ ...packages, index: oci(I, '?arch=amd64') }, edges)
    expect(relations(SPDX, subject, unclear), 'two platforms').to.equal('')
    expect(relations(SPDX, [['registry.test/other', X]], spdx(packages, edges)), 'about neither').to.equal('')
    const spdx3 = {
      '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
      '@graph': [
        { type: 'software_Package', spdxId: 'i', name: 'i', software_packageUrl: oci(I) },
        { type: 'software_Package', spdxId: 'a', name: 'a', software_packageUrl: oci(A, '?arch=amd64') },
        { type: 'Relationship', spdxId: 'r', from: 'i', relationshipType: 'hasVariant', to: ['a'] },
      ],
    }
    expect(relations(SPDX, subject, spdx3)).to.equal('1>a unknown/amd64')
  })

  it('are the component of a CycloneDX document and those of the same repository with a platform', () => {
    const bom = (component: string): JsonObject => ({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: { name: 'shop', purl: component } },
      components: [
        { name: 'a', purl: oci(A, '?arch=amd64&os=linux') },
        { name: 'base', purl: `pkg:oci/debian@sha256%3A${X}?arch=amd64` },
        { name: 'lib', purl: 'pkg:npm/lodash@1.0.0' },
      ],
    })
    expect(relations(CYCLONEDX, [['registry.test/shop', I]], bom(oci(I)))).to.equal('1>a linux/amd64')
    expect(relations(CYCLONEDX, [['registry.test/shop', I]], bom(oci(I, '?arch=amd64')))).to.equal('')
  })

  it('are what a document is about and what was signed, where the document says that it is an index', () => {
    const about = (purl: string): JsonObject =>
      spdx({ root: purl }, [['SPDXRef-DOCUMENT', 'DESCRIBES', 'root']])
    const subject: readonly Named[] = [['pkg:docker/shop@1?platform=linux%2Famd64', A]]
    expect(relations(SPDX, subject, about(oci(I, LIST)))).to.equal('1>a linux/amd64')
    // It may be the SBOM of another image: nothing says how the two belong together.
    expect(relations(SPDX, subject, about(oci(I)))).to.equal('')
    expect(relations(SPDX, subject, about(oci(A, LIST))), 'itself').to.equal('')
  })

  it('are lines of a manifest, and never more than are listened to', () => {
    const many = Array.from({ length: 40 }, (_, at): Named[] => {
      const hex = at.toString(16).padStart(2, '0')
      return [
        ['registry.test/shop', hex.repeat(32)],
        [`pkg:oci/shop?platform=linux%2Fv${at}`, `f${hex}f`.repeat(16)],
      ]
    }).flat()
    expect(imageRelations(statement(PROVENANCE, many))).to.have.lengthOf(MAX_RELATIONS)
    const [line] = relationLines(statement(PROVENANCE, many.slice(0, 2)))
    expect(line && formatLine(line)).to.equal(
      `i\tsha256:${'00'.repeat(32)}\t\tof=sha256:${'f00f'.repeat(16)}\tplatform=linux/v0`,
    )
  })
})
