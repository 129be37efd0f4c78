import { expect } from 'chai'
import fc from 'fast-check'
import { before, describe, it } from 'mocha'
import { collectEvidence } from '../../src/client/evidence.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { isObject } from '../../src/encoding/strict-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import {
  formatEvidence,
  MAX_EVIDENCE_BYTES,
  parseEvidence,
  verifyEvidence,
} from '../../src/verify/evidence.ts'
import { requireEstablished } from '../../src/verify/evidence-report.ts'
import type { EvidenceReport } from '../../src/verify/evidence-report.ts'
import { pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { attestationId } from '../../src/brand.ts'
import { at, editAt, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { faultOf } from '../helpers/fault-of.ts'
import {
  COMMIT,
  payloads,
  QUESTION,
  STORY_SIZE,
  tellStory,
  trust,
  clientWithoutProofs,
} from '../helpers/story.ts'
import {
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'

describe('evidence', () => {
  let file: Uint8Array
  let document: JsonValue
  let report: EvidenceReport

  before(async () => {
    const { ledger } = await tellStory()
    file = await collectEvidence(clientWithoutProofs(ledger), QUESTION)
    document = parseText(file)
    report = verifyEvidence(file, trust)
  })

  const verify = (changed: JsonValue): EvidenceReport => verifyEvidence(formatCanonicalJson(changed), trust)

  describe('that holds', () => {
    it('gives the rows, each from signed entries, by whom, and the checkpoint', () => {
      const { rows, question, checkpoint } = report
      expect(question).to.deep.equal({ component: 'pkg:npm/lodash', range: 'vers:npm/<4.17.21' })
      expect([checkpoint.origin, checkpoint.size]).to.deep.equal([ORIGIN, STORY_SIZE])
      expect(rows).to.deep.equal([
        {
          image: digestOf('shop'),
          names: ['registry.test/shop'],
          status: 'affected',
          revoked: false,
          matches: [{ purl: 'pkg:npm/lodash@4.17.20', entry: 1 }],
          sboms: [1],
          provenance: [
            { entry: 2, builder: 'https://ci.test/builder', commits: [`git.test/shop@${COMMIT}`] },
          ],
        },
        {
          image: digestOf('web'),
          names: ['registry.test/web'],
          status: 'affected',
          revoked: true,
          matches: [{ purl: 'pkg:npm/lodash@4.17.15', entry: 4 }],
          sboms: [4],
          provenance: [],
        },
      ])
      expect(report.entries.map(({ index, signer }) => [index, signer])).to.deep.equal([
        [0, 'admin'],
        [1, 'ci'],
        [2, 'ci'],
        [4, 'ci'],
        [5, 'admin'],
      ])
      expect(report.established.join('\n')).to.include('ci (#1 #2 #4)')
    })

    it('always says what it does not establish', () => {
      const ids = report.notEstablished.map((one) => one.id)
      expect(ids).to.deep.equal(['complete', 'not-revoked', 'coverage', 'times', 'scope', 'not-witnessed'])
      for (const { text } of report.notEstablished) expect(text).to.match(/^(That|The) .*\.$/)
    })

    it('says when the answer was only the first page', () => {
      const ids = verify(setAt(document, '/answer/next', 'x')).notEstablished.map((one) => one.id)
      expect(ids).to.include('more-rows')
    })

    it('is refused where more is required than it establishes', () => {
      expect(() => requireEstablished(report, [])).to.not.throw()
      const fault = faultOf(() => requireEstablished(report, ['complete', 'not-revoked']))
      expect([fault.reason, fault.message]).to.deep.equal([
        'unproven',
        'evidence: not established: complete, not-revoked',
      ])
      // Nor what only the server's word would meet.
      for (const id of ['no-such-thing', 'more-rows', '']) {
        expect(faultOf(() => requireEstablished(report, [id])).reason).to.equal('parameter-malformed')
      }
    })

    it('can be about no rows at all, and then says so with the same care', async () => {
      const { ledger } = await tellStory()
      const none = verifyEvidence(
        await collectEvidence(clientWithoutProofs(ledger), { component: 'pkg:npm/nobody' }),
        trust,
      )
      expect(none.rows).to.deep.equal([])
      expect(none.notEstablished.map((one) => one.id)).to.include('complete')
    })
  })

  describe('by somebody else', () => {
    it('is refused under another log key', () => {
      const logKey = verifierKeyOf(ORIGIN, testKey('other log', 'ed25519').publicKey)
      const fault = faultOf(() => verifyEvidence(file, { ...trust, logKey }))
      expect([fault.reason, fault.class]).to.deep.equal(['wrong-log-key', 'untrusted'])
    })

    it('is refused under another trust root', () => {
      const trustRoot = attestationId(digestOf('other root'))
      const fault = faultOf(() => verifyEvidence(file, { ...trust, trustRoot }))
      expect([fault.reason, fault.class]).to.deep.equal(['wrong-trust-root', 'untrusted'])
    })
  })

  /** What somebody could change to make an answer say something else, and why it is refused. */
  const lies: readonly (readonly [string, string, (evidence: JsonValue) => JsonValue])[] = [
    [
      'a row that no entry states',
      'rows-differ',
      (e) =>
        editAt(e, '/answer/items', (rows) => [
          ...listOf(rows),
          { ...objectOf(at(e, '/answer/items/0')), image: digestOf('api') },
        ]),
    ],
    [
      'a row of an image that its SBOM clears',
      'rows-differ',
      (e) => setAt(e, '/answer/items/0/image', digestOf('api')),
    ],
    ['a row taken away', 'rows-differ', (e) => removeAt(e, '/answer/items/0')],
    ['all rows taken away', 'rows-differ', (e) => setAt(e, '/answer/items', [])],
    [
      'a row twice',
      'rows-differ',
      (e) => editAt(e, '/answer/items', (rows) => [at(e, '/answer/items/0'), ...listOf(rows)]),
    ],
    [
      'rows in another order',
      'rows-differ',
      (e) => editAt(e, '/answer/items', (rows) => [...listOf(rows)].reverse()),
    ],
    ['a match taken away', 'rows-differ', (e) => removeAt(e, '/answer/items/0/matches/0')],
    [
      'a match in another version',
      'rows-differ',
      (e) => setAt(e, '/answer/items/0/matches/0/purl', 'pkg:npm/lodash@4.17.19'),
    ],
    ['a match by another entry', 'rows-differ', (e) => setAt(e, '/answer/items/0/matches/0/entry', 4)],
    ['another status', 'rows-differ', (e) => setAt(e, '/answer/items/0/status', 'undetermined')],
    ['a revoked image shown as good', 'rows-differ', (e) => setAt(e, '/answer/items/1/revoked', false)],
    ['a good image shown as revoked', 'rows-differ', (e) => setAt(e, '/answer/items/0/revoked', true)],
    [
      'another name of the image',
      'rows-differ',
      (e) => setAt(e, '/answer/items/0/names/0', 'registry.test/api'),
    ],
    ['an SBOM that does not count', 'rows-differ', (e) => setAt(e, '/answer/items/0/sboms', [1, 4])],
    [
      'another builder',
      'rows-differ',
      (e) => setAt(e, '/answer/items/0/provenance/0/builder', 'https://other.test'),
    ],
    [
      'another commit',
      'rows-differ',
      (e) => setAt(e, '/answer/items/0/provenance/0/commits/0', `git.test/shop@${'b'.repeat(40)}`),
    ],
    ['provenance taken away', 'rows-differ', (e) => removeAt(e, '/answer/items/0/provenance/0')],
    ['another question in front', 'rows-differ', (e) => setAt(e, '/question/range', 'vers:npm/<5.0.0')],
    [
      'another question in front and behind',
      'rows-differ',
      (e) =>
        setAt(
          setAt(e, '/question/range', 'vers:npm/<4.17.16'),
          '/answer/question/range',
          'vers:npm/<4.17.16',
        ),
    ],
    [
      'a question in another spelling',
      'rows-differ',
      (e) => setAt(setAt(e, '/question/range', '<4.17.21'), '/answer/question/range', '<4.17.21'),
    ],
    [
      'a component in another spelling',
      'rows-differ',
      (e) =>
        setAt(
          setAt(e, '/question/component', 'pkg:npm/Lodash'),
          '/answer/question/component',
          'pkg:npm/Lodash',
        ),
    ],
    [
      'a question that is none',
      'rows-differ',
      (e) => setAt(setAt(e, '/question/component', 'lodash'), '/answer/question/component', 'lodash'),
    ],
    [
      'an index that ends before the entries',
      'rows-differ',
      (e) => setAt(e, '/answer/asOf/indexedThrough', 5),
    ],
    ['the trust root left out', 'not-admissible', (e) => without(e, '0', idOfPayload(payloads.root))],
    ['an entry of a row left out', 'rows-differ', (e) => without(e, '1', idOfPayload(payloads.shop))],
    ['the revocation left out', 'rows-differ', (e) => without(e, '5', idOfPayload(payloads.webRevoked))],
    ['what was signed left out', 'entry-mismatch', (e) => removeAt(e, `/pae/${idOfPayload(payloads.shop)}`)],
    [
      'what was signed swapped',
      'entry-mismatch',
      (e) => setAt(e, `/pae/${idOfPayload(payloads.shop)}`, at(e, `/pae/${idOfPayload(payloads.web)}`)),
    ],
    [
      'something signed that no entry names',
      'entry-mismatch',
      (e) =>
        setAt(e, `/pae/${idOfPayload(payloads.api)}`, formatBase64(pae(IN_TOTO_PAYLOAD_TYPE, payloads.api))),
    ],
    [
      'another predicate type',
      'entry-mismatch',
      (e) => setAt(e, '/answer/entries/2/predicateType', 'https://cyclonedx.org/bom'),
    ],
    ['a smaller tree', 'entry-mismatch', (e) => setAt(e, '/answer/asOf/treeSize', 7)],
    [
      'a hash dropped from a proof',
      'inclusion-proof-invalid',
      (e) => removeAt(e, '/answer/entries/1/inclusion/0'),
    ],
    [
      'two entries swapped',
      'inclusion-proof-invalid',
      (e) =>
        setAt(
          setAt(e, '/answer/entries/1', at(e, '/answer/entries/4')),
          '/answer/entries/4',
          at(e, '/answer/entries/1'),
        ),
    ],
    [
      "another log's checkpoint",
      'wrong-log-key',
      (e) =>
        setAt(
          e,
          '/answer/asOf/checkpoint',
          signCheckpoint({ ...report.checkpoint, origin: 'other.test' }, keys.log),
        ),
    ],
    [
      'another type of file',
      'evidence-malformed',
      (e) => setAt(e, '/type', 'https://attestree.dev/evidence/v2'),
    ],
    ['a member that nobody knows', 'evidence-malformed', (e) => setAt(e, '/note', 'trust me')],
    [
      'a member that nobody knows in a row',
      'evidence-malformed',
      (e) => setAt(e, '/answer/items/0/severity', 'low'),
    ],
    ['a status that is none', 'evidence-malformed', (e) => setAt(e, '/answer/items/0/status', 'fine')],
    ['a higher assurance', 'answer-incomplete', (e) => setAt(e, '/answer/assurance', 'complete')],
    ['an assurance that is none', 'evidence-malformed', (e) => setAt(e, '/answer/assurance', 'full')],
    ['a status that has no rows', 'rows-differ', (e) => setAt(e, '/answer/items/0/status', 'not-affected')],
  ]

  for (const [lie, reason, tell] of lies) {
    it(`with ${lie} is refused: ${reason}`, () => {
      expect(faultOf(() => verify(tell(document))).reason).to.equal(reason)
    })
  }

  it('with a lie and its proof both left out says that it cannot know', () => {
    const hidden = setAt(
      without(document, '5', idOfPayload(payloads.webRevoked)),
      '/answer/items/1/revoked',
      false,
    )
    const ids = verify(hidden).notEstablished.map((one) => one.id)
    expect(ids).to.include('not-revoked')
    expect(faultOf(() => requireEstablished(verify(hidden), ['not-revoked'])).reason).to.equal('unproven')
  })

  it('with a row and everything behind it left out says that it cannot know', () => {
    const shop = without(
      without(document, '1', idOfPayload(payloads.shop)),
      '2',
      idOfPayload(payloads.shopProvenance),
    )
    const hidden = verify(removeAt(shop, '/answer/items/0'))
    expect(hidden.rows).to.have.length(1)
    expect(faultOf(() => requireEstablished(hidden, ['complete'])).reason).to.equal('unproven')
  })

  it('is made from the entries of an older checkpoint only with that checkpoint', async () => {
    const { ledger } = await tellStory()
    await ledger.submit(signEnvelope(sbomPayload('late', ['lodash@1.0.0']), keys.ci))
    const newer = parseText(await collectEvidence(clientWithoutProofs(ledger), QUESTION))
    expect(faultOf(() => verify(setAt(newer, '/answer/asOf', at(document, '/answer/asOf')))).reason).to.equal(
      'inclusion-proof-invalid',
    )
    expect(faultOf(() => verify(setAt(document, '/answer/asOf', at(newer, '/answer/asOf')))).reason).to.equal(
      'inclusion-proof-invalid',
    )
  })

  it('is refused in every spelling but the canonical one', () => {
    const spellings = [
      new TextEncoder().encode(JSON.stringify(document, undefined, 1)),
      new TextEncoder().encode(`${new TextDecoder().decode(file)}\n`),
      new TextEncoder().encode(new TextDecoder().decode(file).replace('"treeSize":8', '"treeSize":8.0')),
      new TextEncoder().encode(
        new TextDecoder().decode(file).replace('"treeSize":8', '"treeSize":8,"treeSize":8'),
      ),
      Uint8Array.of(0xef, 0xbb, 0xbf, ...file),
    ]
    for (const spelling of spellings) {
      expect(faultOf(() => verifyEvidence(spelling, trust)).reason).to.equal('evidence-malformed')
    }
  })

  it('is not read beyond its limit', () => {
    const fault = faultOf(() => parseEvidence(new Uint8Array(MAX_EVIDENCE_BYTES + 1)))
    expect([fault.reason, fault.facts['limit']]).to.deep.equal(['payload-too-large', MAX_EVIDENCE_BYTES])
  })

  it('of any other JSON is refused as unreadable, never with a crash', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(faultOf(() => verifyEvidence(new TextEncoder().encode(text), trust)).reason).to.equal(
          'evidence-malformed',
        )
      }),
      { numRuns: 300 },
    )
  })

  it('reads back to what was collected, byte for byte', () => {
    expect(formatEvidence(parseEvidence(file))).to.deep.equal(file)
  })
})

function without(evidence: JsonValue, entry: string, id: string): JsonValue {
  return removeAt(removeAt(evidence, `/answer/entries/${entry}`), `/pae/${id}`)
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new Error('no list')
  return value
}

function objectOf(value: JsonValue): Record<string, JsonValue> {
  if (!isObject(value)) throw new Error('no object')
  return { ...value }
}
