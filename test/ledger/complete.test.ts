/** Complete answers of a real ledger, verified by a client that trusts nothing but the log's key and its trust root. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import type { Client, FoundQuery, ImagesQuery } from '../../src/client/client.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { collectSearchEvidence, verifySearchEvidence } from '../../src/client/search-evidence.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { verifiedFound, verifiedImages } from '../../src/client/verified-images.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, COMMIT, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  keys,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'

const proof = 'complete'

describe('a complete answer of a ledger', () => {
  let ledger: Ledger
  let client: Client
  before(async () => {
    ledger = (await tellStory()).ledger
    client = clientOf(ledger)
  })
  after(() => ledger[Symbol.asyncDispose]())

  const questions: readonly (ImagesQuery | FoundQuery)[] = [
    { component: 'pkg:npm/lodash' },
    { component: 'pkg:npm/lodash', range: '<4.17.21' },
    { component: 'pkg:npm/lodash@4.17.21' },
    { component: 'pkg:npm/left-pad' },
    { component: 'pkg:npm/never' },
    { component: 'pkg:npm/lodash@9.9.9' },
    { commit: COMMIT },
    { commit: 'b'.repeat(40) },
    { builder: 'https://ci.test/builder' },
    { signer: keys.ci.publicKey.id },
    { type: 'https://cyclonedx.org/bom' },
    { base: digestOf('nothing') },
  ]
  for (const question of questions) {
    it(`holds for ${JSON.stringify(question).slice(0, 80)}, has the rows of the answer without proof, and says as of when`, async () => {
      const asked = { ...question, proof } as const
      const { answer, report } = await ('component' in asked
        ? verifiedImages(client, asked)
        : verifiedFound(client, asked))
      const plain = await ('component' in question ? client.images(question) : client.found(question))
      expect(answer.items).to.deep.equal(plain.items)
      expect([answer.assurance, answer.notEstablished]).to.deep.equal(['complete', []])
      expect(report.complete?.components.size).to.equal(STORY_SIZE)
      expect(report.complete?.unreadable).to.equal(0)
    })
  }

  it('makes evidence that proves completeness offline', async () => {
    const file = await collectEvidence(client, { component: 'pkg:npm/lodash', proof })
    expect(verifyEvidence(file, trust).complete?.components.size).to.equal(STORY_SIZE)
  })

  it('is of an earlier size if that is asked for', async () => {
    const { answer, report } = await verifiedImages(client, {
      component: 'pkg:npm/lodash',
      proof,
      at: 3 as never,
    })
    expect(answer.items.map(({ image }) => image)).to.deep.equal([digestOf('shop')])
    expect(report.complete).to.not.equal(undefined)
  })

  it('is not one page of several', async () => {
    const { answer } = await verifiedImages(client, { component: 'pkg:npm/lodash', proof, limit: 1 })
    expect(answer.assurance).to.equal('rows')
    expect(answer.notEstablished).to.include('complete')
  })
})

describe('a complete answer of a search', () => {
  const asked = (...packages: readonly (readonly [name: string, below: string])[]) =>
    parseSearchQuestion({
      parts: packages.map(([name, below]) => ({
        keys: [`pkg:npm/${name}`],
        type: 'npm',
        names: 'installed',
        ranges: [{ type: 'npm', events: [{ introduced: '0' }, { fixed: below }] }],
      })),
    })

  it('holds for several packages at once, and has the rows of the answer without proof', async () => {
    const { ledger } = await tellStory()
    const client = clientOf(ledger)
    const question = asked(['lodash', '4.17.21'], ['left-pad', '9.0.0'], ['never', '1.0.0'])
    const { answer } = await verifiedSearch(client, question, { proof })
    const plain = await verifiedSearch(client, question)
    expect(answer.items).to.deep.equal(plain.answer.items)
    expect(answer.items.length).to.be.above(1)
    expect(answer.assurance).to.equal('complete')
    const file = await collectSearchEvidence(client, question, {})
    expect(verifySearchEvidence(file, trust).rows).to.deep.equal(answer.items)
    await ledger[Symbol.asyncDispose]()
  })

  it('may say that there is nothing', async () => {
    const { ledger } = await tellStory()
    const question = asked(['never', '1.0.0'])
    const { answer } = await verifiedSearch(clientOf(ledger), question, { proof })
    expect([answer.items, answer.assurance]).to.deep.equal([[], 'complete'])
    await ledger[Symbol.asyncDispose]()
  })
})

describe('an answer that was to be complete', () => {
  it('is refused without its proof, by component as in a search', async () => {
    const { ledger } = await tellStory()
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/', (a) =>
        'complete' in Object(a) ? setAt(removeAt(a, '/complete'), '/assurance', 'rows') : a,
      ),
    )
    const search = { parts: [purlPart('pkg:npm/lodash')], scope: {} }
    for (const asked of [
      verifiedImages(lying, { component: 'pkg:npm/lodash', proof }),
      verifiedSearch(lying, search, { proof }),
    ])
      expect((await asyncRefusal(asked)).reason).to.equal('answer-incomplete')
    await ledger[Symbol.asyncDispose]()
  })
})

describe('a complete answer', () => {
  it('finds what was submitted right before, and counts replaced SBOMs and strangers for nothing', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const client = clientOf(ledger)
    const many = Array.from({ length: 60 }, (_, at) => `other-${at}@1.0.${at}`)
    await ledger.submit(signEnvelope(sbomPayload('web', ['lodash@4.0.0', ...many]), keys.ci))
    await ledger.submit(signEnvelope(sbomPayload('web', ['lodash@4.17.21', ...many]), keys.ci))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.0.0', ...many]), keys.ci))
    const question = { component: 'pkg:npm/lodash', range: '<4.17.21', proof } as const
    const { answer, report, pae } = await verifiedImages(client, question)
    expect(answer.items.map(({ image }) => image)).to.deep.equal([digestOf('shop')])
    expect(report.complete?.components.size).to.equal(4)
    // The SBOM that another has replaced comes as lines of its manifest, and so does the one that replaced it.
    expect(Object.keys(answer.complete?.manifests ?? {})).to.deep.equal(['1', '2'])
    expect(Object.keys(pae)).to.have.length(2)
    expect(testKey('stranger').publicKey.id).to.not.equal(keys.ci.publicKey.id)
  })
})
