import { expect } from 'chai'
import { describe, it } from 'mocha'
import { CYCLONEDX } from '../../src/attestation/predicate-types.ts'
import { spliceStatement } from '../../src/attestation/statement.ts'
import { submitAndCheck } from '../../src/http/schema-check.ts'
import type * as SchemaCheckModule from '../../src/http/schema-check.ts'
import { emptyIntake } from '../../src/sbom/intake.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { keys, signEnvelope } from '../helpers/test-ledger.ts'
import { createDoor } from './door.ts'

// Threads run built files only (npm test builds first).
const built: typeof SchemaCheckModule = await import(
  new URL('../../dist/http/schema-check.js', import.meta.url).href
)
const { createSchemaCheck, MAX_CHECKED_BYTES } = built

function submission(document: object): Uint8Array {
  const about = { predicateType: CYCLONEDX, subjects: [{ name: 'a', digest: { sha256: 'e3'.repeat(32) } }] }
  return signEnvelope(spliceStatement(about, utf8(JSON.stringify(document))), keys.ci)
}

const bom = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 }

describe('the check against the CycloneDX schema', () => {
  it('says what the schema finds, document by document, for all versions that are read', async () => {
    await using schema = createSchemaCheck({ waitMs: 20_000, runMs: 20_000 })
    const poor = await schema.check(submission({ ...bom, components: [{ type: 'x', name: 'a' }] }))
    expect(poor).to.deep.equal({
      checked: true,
      findings: [{ pointer: '/components/0/type', message: 'must be equal to one of the allowed values' }],
    })
    for (const specVersion of ['1.2', '1.7'])
      expect(await schema.check(submission({ ...bom, specVersion }))).to.deep.equal({
        checked: true,
        findings: [],
      })
    expect(await schema.check(submission({ ...bom, specVersion: '9' }))).to.deep.equal({
      checked: false,
      why: 'failed',
    })
    expect(await schema.check(submission(bom)), 'by a new thread').to.deep.equal({
      checked: true,
      findings: [],
    })
  })

  it('gives up on what is too large or takes too long, and on what comes while many wait', async () => {
    await using schema = createSchemaCheck({ waitMs: 0 })
    const body = submission(bom)
    expect(await schema.check(new Uint8Array(MAX_CHECKED_BYTES + 1))).to.deep.equal({
      checked: false,
      why: 'too-large',
    })
    const all = await Promise.all(Array.from({ length: 70 }, () => schema.check(body)))
    expect(new Set(all.map((one) => (one.checked ? '' : one.why)))).to.deep.equal(
      new Set(['too-slow', 'busy']),
    )
  })

  it('is made of CycloneDX documents only, once they are recorded', async () => {
    const asked: Uint8Array[] = []
    const check = async (body: Uint8Array) => {
      asked.push(body)
      return { checked: true, findings: [] } as const
    }
    const { submit } = createDoor()
    const answering = (format: string | null) =>
      submitAndCheck(
        {
          submit: async (body) => {
            const { answer, created } = await submit(body)
            return { created, answer: { ...answer, intake: { ...emptyIntake, format } } }
          },
        },
        { check },
      )
    const body = utf8('{}')
    expect((await answering('CycloneDX 1.5')(body)).answer.validation).to.deep.equal({
      checked: true,
      findings: [],
    })
    for (const format of [null, 'SPDX 2.3'])
      expect((await answering(format)(body)).answer).to.not.have.property('validation')
    expect(asked).to.deep.equal([body])
  })
})
