/** Evidence of a search: what was asked of a ledger stands up without it, and nothing else does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { formatStatement } from '../../src/attestation/statement.ts'
import { collectSearchEvidence, verifySearchEvidence } from '../../src/client/search-evidence.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { isObject, type JsonValue } from '../../src/encoding/strict-json.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { at, jsonBytes, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { misfits } from '../helpers/json-schema.ts'
import { refusal } from '../helpers/mangle.ts'
import { repositoryRoot } from '../helpers/repository.ts'
import { clientWithoutProofs, trust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const question = parseSearchQuestion({
  parts: [{ from: 'CVE-1', keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['4.17.20'] }],
})

const vex = formatStatement({
  subjects: [{ name: 'registry.test/shop', digest: { sha256: digestOf('shop').slice('sha256:'.length) } }],
  predicateType: 'https://openvex.dev/ns',
  predicate: { statements: [{ vulnerability: { name: 'CVE-1' }, status: 'fixed' }] },
})

describe('evidence of a search', () => {
  let file: Uint8Array
  let json: JsonValue

  before(async () => {
    const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    for (const payload of [
      sbomPayload('shop', ['lodash@4.17.20']),
      sbomPayload('api', ['lodash@4.17.20']),
      vex,
    ])
      await ledger.submit(signEnvelope(payload, keys.ci))
    file = await collectSearchEvidence(clientWithoutProofs(ledger), question)
    json = parseText(file)
  })

  it('verifies without the ledger, and says what it leaves open', () => {
    const report = verifySearchEvidence(file, trust)
    expect(report.rows.map((row) => [row.image, row.lifted ?? false])).to.deep.equal([
      [digestOf('shop'), true],
      [digestOf('api'), false],
    ])
    expect(report.question).to.deep.equal(question)
    // As the signed SBOMs in the file tell it: nobody may say that there was too much to look at.
    expect([...report.origins.keys()]).to.deep.equal(report.rows.flatMap((row) => row.sboms))
    for (const { components } of report.origins.values()) expect(components.size).to.be.above(0)
    expect(report.entries.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3])
    expect(report.established.at(-1)).to.include('ci (#1 #2 #3)')
    expect(report.notEstablished.map(({ id }) => id)).to.include.members(['complete', 'not-revoked', 'vex'])
  })

  it('has the shape of the schema', () => {
    const schema = parseText(readFileSync(join(repositoryRoot, 'schema', 'evidence.schema.json')))
    if (!isObject(schema)) throw new Error('no schema')
    expect(misfits(schema, json)).to.deep.equal([])
  })

  const changes: readonly (readonly [string, string, (whole: JsonValue) => JsonValue])[] = [
    [
      'a row that is lifted by nobody',
      'rows-differ',
      (whole) => setAt(whole, '/answer/items/1/lifted', true),
    ],
    ['a row left out', 'rows-differ', (whole) => removeAt(whole, '/answer/items/0')],
    ['another question in front', 'rows-differ', (whole) => setAt(whole, '/question/parts/0/from', 'CVE-2')],
    ['an unknown member', 'evidence-malformed', (whole) => setAt(whole, '/more', 1)],
    ['a question that is none', 'evidence-malformed', (whole) => setAt(whole, '/question/parts', [])],
    ['an entry without what was signed', 'entry-mismatch', withoutOne],
  ]

  function withoutOne(whole: JsonValue): JsonValue {
    const [id = ''] = Object.keys(at(whole, '/pae') as object)
    return removeAt(whole, `/pae/${id}`)
  }

  for (const [what, reason, change] of changes) {
    it(`refuses ${what}: ${reason}`, () => {
      const changed = formatCanonicalJson(change(json))
      expect(refusal(() => verifySearchEvidence(changed, trust)).reason).to.equal(reason)
    })
  }

  it('refuses another spelling, and another log', () => {
    const spaced = jsonBytes(JSON.parse(JSON.stringify(json, null, 1)) as JsonValue)
    const respelt = new Uint8Array([...spaced, 10])
    expect(refusal(() => verifySearchEvidence(respelt, trust)).reason).to.equal('evidence-malformed')
    const other = { ...trust, trustRoot: `sha256:${'0'.repeat(64)}` as typeof trust.trustRoot }
    expect(refusal(() => verifySearchEvidence(file, other)).reason).to.equal('wrong-trust-root')
  })

  it('is not taken for the answer to another kind of question', () => {
    expect(refusal(() => verifyEvidence(file, trust)).reason).to.equal('evidence-malformed')
  })
})
