/** VEX drafts conform to their formats, and decide nothing. */
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { isAboutAdvisories, vexFindings, type VexContext } from '../../src/cli/vex-findings.ts'
import { cycloneDxVex } from '../../src/cli/vex-cyclonedx.ts'
import { openVex } from '../../src/cli/vex-openvex.ts'
import { answerOf, asked, digestOf, LOG4SHELL, rows, rowsWithVex } from './search-answers.ts'

const context: VexContext = {
  answer: answerOf(rows),
  aliases: asked.aliases,
  now: '2026-11-24T12:00:00.000Z',
  version: '1.2.3',
  serial: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
}

interface OpenVexStatement {
  readonly vulnerability: { readonly name: string; readonly aliases?: readonly string[] }
  readonly products: readonly { readonly '@id': string; readonly subcomponents: readonly unknown[] }[]
  readonly status: string
  readonly status_notes: string
  readonly action_statement?: string
}

describe('a draft of VEX', () => {
  it('takes back nothing that was decided: what signed statements lift is not in it', () => {
    const lifted = vexFindings({ ...context, answer: answerOf(rowsWithVex) })
    const images = lifted.flatMap((one) => one.images.map(({ image }) => image))
    expect(images).to.deep.equal(rows.slice(1).map(({ image }) => image))
  })
})

describe('a draft of CycloneDX VEX', () => {
  it('conforms to the schema of 1.6', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    expect(await validator.validate(JSON.stringify(cycloneDxVex(context)))).to.equal(null)
  })

  it('leaves each decision open, with what was found in which image', () => {
    const draft = cycloneDxVex(context)
    expect(draft).to.have.nested.property('vulnerabilities[0].id', LOG4SHELL)
    expect(draft).to.have.nested.property('vulnerabilities[0].analysis.state', 'in_triage')
    expect(draft).to.have.nested.property('vulnerabilities[1].analysis.state', 'in_triage')
    expect(draft).to.have.nested.property('vulnerabilities[0].affects').with.lengthOf(4)
    expect(draft).to.have.nested.property(
      'vulnerabilities[0].affects[0].ref',
      `${digestOf('b')}#pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1`,
    )
    expect(draft).to.have.nested.property('vulnerabilities[1].affects[0].versions[0].status', 'unknown')
    expect(draft).to.have.nested.property('metadata.properties[0].name', 'attestree:draft')
  })

  it('has every reference resolved within', () => {
    const draft = JSON.parse(JSON.stringify(cycloneDxVex(context))) as {
      readonly components: readonly { readonly components: readonly { readonly 'bom-ref': string }[] }[]
      readonly vulnerabilities: readonly { readonly affects: readonly { readonly ref: string }[] }[]
    }
    const known = draft.components.flatMap((image) => image.components.map((one) => one['bom-ref']))
    expect(new Set(known).size).to.equal(known.length)
    expect(known).to.include.members(
      draft.vulnerabilities.flatMap((one) => one.affects.map(({ ref }) => ref)),
    )
  })
})

describe('a draft of OpenVEX', () => {
  const draft = JSON.parse(JSON.stringify(openVex(context))) as {
    readonly statements: readonly OpenVexStatement[]
  }

  // openvex_json_schema.json of 0.2.0: what it requires, and no other members.
  it('has what 0.2.0 requires and nothing that it does not know', () => {
    expect(draft).to.have.all.keys(
      '@context',
      '@id',
      'author',
      'timestamp',
      'version',
      'tooling',
      'statements',
    )
    expect(draft).to.include({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': context.serial,
      version: 1,
    })
    for (const statement of draft.statements) {
      expect(statement).to.have.all.keys('vulnerability', 'products', 'status', 'status_notes')
      expect(statement.vulnerability).to.include({ name: LOG4SHELL })
      for (const product of statement.products) {
        expect(product).to.include.keys('@id', 'hashes', 'subcomponents')
        expect(product['@id']).to.match(/^(?:pkg:oci\/|sha256:)/)
        expect(product.subcomponents).to.not.have.lengthOf(0)
      }
    }
  })

  it('leaves each decision open: affected would need an action_statement', () => {
    expect(draft.statements.map(({ status }) => status)).to.deep.equal([
      'under_investigation',
      'under_investigation',
    ])
    expect(draft.statements[0]?.status_notes).to.match(
      /still to be decided\. SBOMs: entries 3, 4, 6 of log\.test\.$/,
    )
    expect(draft.statements[1]?.status_notes).to.match(/To be looked into\. SBOMs: entries 9/)
  })

  it('names images by purl with digest and registry, those without a name by digest alone', () => {
    const ids = draft.statements.flatMap(({ products }) => products.map((one) => one['@id']))
    expect(ids[1]).to.equal(
      `pkg:oci/shop@${digestOf('1').replace(':', '%3A')}?repository_url=registry.test%2Fshop`.replace(
        '%3A',
        ':',
      ),
    )
    expect(ids[3]).to.equal(digestOf('3'))
  })
})

describe('findings for VEX', () => {
  it('are of advisories alone: VEX cannot speak of other packages', () => {
    expect(isAboutAdvisories(asked.question, asked.aliases)).to.equal(true)
    const parts = [...asked.question.parts, { kind: 'hash', hash: 'sha1:0' } as const]
    expect(isAboutAdvisories({ parts, scope: {} }, asked.aliases)).to.equal(false)
    expect(vexFindings({ ...context, aliases: new Map() })).to.deep.equal([])
  })
})
