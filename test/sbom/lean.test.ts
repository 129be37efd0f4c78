/** Large SBOMs are read without what no reader reads: whoever reads them whole must find the same lines. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseStatement, STATEMENT_V1, type Statement } from '../../src/attestation/statement.ts'
import { vexStatementsOf } from '../../src/attestation/vex-of-statement.ts'
import { keyId } from '../../src/brand.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { isObject } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { manifestOf, readManifest, readReportedSbom } from '../../src/sbom/manifest.ts'
import { parseLeanStatement, UNREAD_MEMBERS } from '../../src/sbom/unread-members.ts'
import { cycloneDx, spdx, spdx3 } from './documents.ts'

const MIB = 1024 * 1024

/** Something that a reader could take for a component, a licence or a relationship. */
const bait: JsonValue = [
  {
    type: 'software_Package',
    name: 'bait',
    purl: 'pkg:npm/bait@1',
    software_packageUrl: 'pkg:npm/bait@1',
    components: [{ name: 'bait', purl: 'pkg:npm/bait@1' }],
    licenses: [{ license: { id: 'MIT' } }],
  },
]

/** Each object of the document with every such member in it. */
function baited(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(baited)
  if (!isObject(value)) return value
  const own = Object.entries(value).map(([name, inner]) => [name, baited(inner)] as const)
  return Object.fromEntries([...own, ...[...UNREAD_MEMBERS].map((name) => [name, bait] as const)])
}

function payload(predicateType: string, predicate: JsonObject): Uint8Array {
  const subject = [{ name: 'registry.test/app', digest: { sha256: 'ab'.repeat(32) } }]
  const filling = 'x'.repeat(MIB)
  return utf8(JSON.stringify({ _type: STATEMENT_V1, subject, predicateType, filling, predicate }))
}

function lines(statement: Statement): unknown {
  return [manifestOf(statement, key), readReportedSbom(statement)]
}

const key = keyId(`sha256:${'0f'.repeat(32)}`)

describe('large SBOMs', () => {
  for (const [name, type, document] of [
    ['CycloneDX', 'https://cyclonedx.org/bom', cycloneDx()],
    ['SPDX', 'https://spdx.dev/Document', spdx()],
    ['SPDX 3', 'https://spdx.dev/Document/v3', spdx3()],
  ] as const) {
    it(`in ${name} say the same whether or not what nobody reads is left out`, () => {
      const predicate = baited(document)
      if (!isObject(predicate)) throw new Error('no object')
      const bytes = payload(type, predicate)
      const [whole, lean] = [parseStatement(bytes), parseLeanStatement(bytes)]
      expect(JSON.stringify(whole)).to.contain('bait')
      expect(JSON.stringify(lean)).to.not.contain('bait')
      expect(lines(lean)).to.deep.equal(lines(whole))
    })
  }

  it('say the same after their components were forgotten: images that belong together, and vulnerabilities', () => {
    const image = (id: string, digest: string, platform: string): JsonObject => ({
      SPDXID: id,
      name: id,
      externalRefs: [
        { referenceType: 'purl', referenceLocator: `pkg:oci/app@sha256%3A${digest.repeat(32)}${platform}` },
      ],
    })
    const relation = (a: string, type: string, b: string): JsonObject => ({
      spdxElementId: a,
      relationshipType: type,
      relatedSpdxElement: b,
    })
    const predicate: JsonObject = {
      ...spdx(),
      packages: [
        image('index', 'cd', ''),
        image('amd64', 'ab', '?arch=amd64&os=linux'),
        ...Array.from({ length: 2_000 }, (_, i) => ({ SPDXID: `p${i}`, name: `p${i}` })),
      ],
      relationships: [
        relation('SPDXRef-DOCUMENT', 'DESCRIBES', 'index'),
        relation('amd64', 'VARIANT_OF', 'index'),
        relation('index', 'CONTAINS', 'p1'),
      ],
    }
    const bytes = payload('https://spdx.dev/Document', predicate)
    const whole = manifestOf(parseStatement(bytes), key)
    expect(whole.some(({ kind }) => kind === 'i')).to.equal(true)
    const statement = parseLeanStatement(bytes)
    expect([...readManifest(statement, key, readReportedSbom).lines]).to.deep.equal(whole)
    expect(readReportedSbom(statement)?.components, 'forgotten').to.deep.equal([])
  })

  it('say the same as VEX', () => {
    const component = { 'bom-ref': 'lib', name: 'lib', purl: 'pkg:npm/lib@1', description: 'x' }
    const analysis = { state: 'not_affected', justification: 'code_not_present', detail: 'x' }
    const vulnerability = {
      id: 'CVE-2026-1',
      references: [{ id: 'GHSA-a' }],
      analysis,
      affects: [{ ref: 'lib' }],
    }
    for (const components of [[component], [component, { name: 'other' }]]) {
      const document = { ...cycloneDx(), components, vulnerabilities: [vulnerability] }
      const bytes = payload('https://cyclonedx.org/bom', document)
      const [whole, lean] = [parseStatement(bytes), parseLeanStatement(bytes)]
      expect(vexStatementsOf(lean)).to.deep.equal(vexStatementsOf(whole)).and.have.length(1)
      expect(lines(lean)).to.deep.equal(lines(whole))
    }
  })

  it('of another kind, and small ones, lose nothing', () => {
    const predicate = { files: [1], buildDefinition: { description: 'x' } }
    const large = payload('https://slsa.dev/provenance/v1', predicate)
    expect(parseLeanStatement(large).predicate).to.deep.equal(predicate)
  })

  it('are refused for what is wrong in members that are left out, at its place', () => {
    const bytes = payload('https://spdx.dev/Document', { files: [{ fileName: 'a' }, { fileName: 'b' }] })
    const text = new TextDecoder().decode(bytes)
    for (const [wrong, pointer] of [
      [text.replace('"fileName":"b"', '"fileName":"b","fileName":"c"'), '/predicate/files/1/fileName'],
      [text.replace('"b"', 'b'), '/predicate/files/1/fileName'],
      [text.replace('"b"', '"\\ud800"'), '/predicate/files/1/fileName'],
    ] as const) {
      expect(() => parseLeanStatement(utf8(wrong)))
        .to.throw()
        .with.property('pointer', pointer)
    }
  })
})
