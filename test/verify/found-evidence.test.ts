/** Evidence for questions beside components: rows by commit, builder, signer, base image, licence and hash, offline. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import type { FoundQuery } from '../../src/client/client.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { verifiedFound } from '../../src/client/verified-images.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { isObject, parseJson, type JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { FoundAnswer } from '../../src/verify/answer.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { resultOrReason } from '../helpers/fault-of.ts'
import { BASE, BUILDER, BUILT, COMMIT, HASH, MADE, tellFoundStory } from '../helpers/found-story.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { at, editAt, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { misfits } from '../helpers/json-schema.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { repositoryRoot } from '../helpers/repository.ts'
import { clientOf, trust, clientWithoutProofs } from '../helpers/story.ts'
import { digestOf, keys } from '../helpers/test-ledger.ts'
import { imageDigest } from '../../src/brand.ts'

/** What each question finds: image, entries that say so, status. */
const questions: readonly (readonly [
  FoundQuery,
  readonly (readonly [string, readonly number[], string])[],
])[] = [
  [
    { commit: COMMIT },
    [
      ['shop', [2], 'affected'],
      ['web', [8], 'undetermined'],
    ],
  ],
  [
    { builder: BUILDER },
    [
      ['shop', [2], 'affected'],
      ['web', [8], 'undetermined'],
    ],
  ],
  [
    { base: BASE },
    [
      ['shop', [2], 'affected'],
      ['web', [8], 'undetermined'],
    ],
  ],
  [
    { signer: keys.ci.publicKey.id },
    [
      ['shop', [1, 2], 'affected'],
      ['api', [3, 4], 'affected'],
      ['web', [6, 8], 'undetermined'],
    ],
  ],
  // Of SBOMs the newest counts, and a revoked one does not.
  [
    { licence: 'MIT' },
    [
      ['shop', [1], 'affected'],
      ['api', [4], 'affected'],
    ],
  ],
  [{ licence: 'apache-2.0' }, [['shop', [1], 'affected']]],
  [{ licence: 'GPL-2.0-only' }, []],
  [{ hash: HASH }, [['shop', [1], 'affected']]],
]

function brief({ items }: Pick<FoundAnswer, 'items'>): unknown {
  return items.map(({ image, matches, status }) => [image, matches.map((one) => Number(one.entry)), status])
}

describe('evidence of what statements say beside components', () => {
  let ledger: Ledger
  let document: JsonValue
  before(async () => {
    ledger = await tellFoundStory()
    document = parseText(await collectEvidence(clientWithoutProofs(ledger), { base: BASE }))
  })
  const verify = (changed: JsonValue) =>
    resultOrReason(() => verifyEvidence(formatCanonicalJson(changed), trust))

  it('verifies offline, each row made again from what was signed', async () => {
    for (const [query, rows] of questions) {
      const expected = rows.map(([name, entries, status]) => [digestOf(name), entries, status])
      const { answer, report } = await verifiedFound(clientOf(ledger), query)
      expect(brief(answer), JSON.stringify(query)).to.deep.equal(expected)
      expect(report.rows).to.deep.equal(answer.items)
      const offline = verifyEvidence(await collectEvidence(clientWithoutProofs(ledger), query), trust)
      expect([offline.question, offline.rows]).to.deep.equal([answer.question, answer.items])
    }
  })

  it('is described by the schema', () => {
    const schema = parseJson(
      new Uint8Array(readFileSync(join(repositoryRoot, 'schema/evidence.schema.json'))),
    )
    if (!isObject(schema)) throw new Error('no schema')
    expect(misfits(schema, document)).to.deep.equal([])
    expect(misfits(schema, removeAt(document, '/answer/coverage/withSbom'))).to.not.deep.equal([])
  })

  it('is refused with a row, a match or a question that does not follow', () => {
    const row = at(document, '/answer/items/0')
    const other = `sha256:${'99'.repeat(32)}`
    const ask = (question: JsonValue) =>
      setAt(setAt(document, '/question', question), '/answer/question', question)
    const lies: readonly JsonValue[] = [
      ask({ base: other }),
      ask({ commit: 'd'.repeat(40) }),
      ask({ licence: 'MIT' }),
      ask({ hash: HASH }),
      ask({ component: 'pkg:npm/a' }),
      setAt(document, '/question', { base: other }),
      setAt(document, '/answer/items/0/status', 'undetermined'),
      setAt(document, '/answer/items/1/status', 'affected'),
      setAt(document, '/answer/items/0/matches', [{ entry: 1 }]),
      setAt(document, '/answer/items/0/matches', []),
      setAt(document, '/answer/items/0/names', ['registry.test/other']),
      editAt(document, '/answer/items', (items) => (Array.isArray(items) ? items.toReversed() : items)),
      editAt(document, '/answer/items', (items) => (Array.isArray(items) ? [...items, row] : items)),
      editAt(document, '/answer/items', (items) => (Array.isArray(items) ? items.slice(1) : items)),
    ]
    for (const [which, lie] of lies.entries())
      expect(verify(lie), `lie ${which}`).to.be.oneOf(['rows-differ', 'evidence-malformed'])
    for (const question of [{}, { base: BASE, commit: COMMIT }, { base: 'x' }, { licence: 'MIT OR ISC' }])
      expect(verify(ask(question)), JSON.stringify(question)).to.equal('evidence-malformed')
  })

  it('shows the times that the signer claims, and takes no others', async () => {
    expect(at(document, '/answer/items/0/provenance/0/claimed')).to.deep.equal(BUILT)
    // What is no time is not shown.
    expect(at(document, '/answer/items/1/provenance')).to.deep.equal([])
    const [claimed] = (await clientOf(ledger).image(imageDigest(digestOf('shop')))).sboms
    expect(claimed?.claimed).to.deep.equal({ created: MADE })
    const place = '/answer/items/0/provenance/0/claimed'
    expect(verify(setAt(document, `${place}/startedOn`, MADE))).to.equal('rows-differ')
    // Evidence of before they were shown stays good.
    expect(verify(removeAt(document, place))).to.be.an('object')
  })

  it('is not collected from a server that answers another question', async () => {
    const other = changeJson('ledger/v1/images', (answer) =>
      setAt(answer, '/question', { base: `sha256:${'99'.repeat(32)}` }),
    )
    expect((await asyncRefusal(clientOf(ledger, other).found({ base: BASE }))).reason).to.equal(
      'entry-mismatch',
    )
  })
})
