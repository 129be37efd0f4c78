/** All rows with their proof in one answer: SBOMs as lines of their manifests, and whatever a server leaves out or mixes is refused. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { STATEMENT_V1 } from '../../src/attestation/statement.ts'
import { treeSize } from '../../src/brand.ts'
import type { Client } from '../../src/client/client.ts'
import { cpePart, purlPart } from '../../src/client/search-part.ts'
import { verifiedFound, verifiedImages } from '../../src/client/verified-images.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import { withProof, type ProofForm } from '../../src/client/with-proof.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'
import { wholeRecords } from '../../src/http/ndjson.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { formatEvidence, verifyEvidence } from '../../src/verify/evidence.ts'
import type { SearchPart } from '../../src/verify/search.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, COMMIT, trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  keys,
  provenancePayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const form = { proof: 'complete', whole: true } as const

/** More lines than are sent as a whole. */
const others = Array.from({ length: 60 }, (_, at) => `other-${at}@1.0.${at}`)

function sbomOf(image: string, components: readonly object[], beside: object = {}): Uint8Array {
  const more = others.map((one) => ({ type: 'library', name: one, purl: `pkg:npm/${one}` }))
  return utf8(
    JSON.stringify({
      _type: STATEMENT_V1,
      subject: [{ name: `registry.test/${image}`, digest: { sha256: digestOf(image).slice(7) } }],
      predicateType: 'https://cyclonedx.org/bom',
      predicate: {
        bomFormat: 'CycloneDX',
        specVersion: '1.5',
        components: [...components, ...more],
        ...beside,
      },
    }),
  )
}

const HASH = 'c'.repeat(64)

const mixed = sbomOf('mixed', [
  {
    type: 'library',
    name: 'libssl3',
    purl: 'pkg:deb/debian/libssl3@3.0.1-1?upstream=openssl&distro=debian-12',
  },
  { type: 'library', name: 'openssl', purl: 'pkg:deb/debian/openssl@3.0.1-1?distro=debian-12' },
  { type: 'application', name: 'nginx', version: '1.2', cpe: 'cpe:2.3:a:nginx:nginx:1.2:*:*:*:*:*:*:*' },
  { type: 'library', name: 'lodash', version: '4.0.0' },
  {
    type: 'library',
    name: 'hashed',
    purl: 'pkg:npm/hashed@1.0.0',
    hashes: [{ alg: 'SHA-256', content: HASH }],
  },
])

/** It lists lodash, and says as VEX that it is not affected by it. */
const speaking = sbomOf(
  'speaking',
  [{ type: 'library', name: 'lodash', purl: 'pkg:npm/lodash@4.0.0', 'bom-ref': 'l' }],
  {
    vulnerabilities: [{ id: 'CVE-2021-23337', analysis: { state: 'not_affected' }, affects: [{ ref: 'l' }] }],
  },
)

const lodash: SearchPart = { ...purlPart('pkg:npm/lodash', '<4.17.21'), from: 'CVE-2021-23337' }

describe('an answer that has all rows and their proof', () => {
  let ledger: Ledger
  let client: Client
  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    client = clientOf(ledger)
    const sboms = [
      sbomPayload('web', ['lodash@4.0.0', ...others]),
      sbomPayload('web', ['lodash@4.17.20', ...others]),
      sbomPayload('shop', ['lodash@4.17.21', ...others]),
      sbomPayload('api', ['lodash@4.17.20', 'left-pad@1.3.0']),
      provenancePayload('api', 'git.test/api', COMMIT, 'https://ci.test'),
      mixed,
      speaking,
    ]
    for (const payload of sboms) await ledger.submit(signEnvelope(payload, keys.ci))
  })
  after(() => ledger[Symbol.asyncDispose]())

  it('has the rows of the pages, without any SBOM having been read, and says so', async () => {
    const query = { component: 'pkg:npm/lodash', range: '<4.17.21' }
    const { answer, pae, report } = await verifiedImages(client, { ...query, ...form })
    expect(answer.items).to.deep.equal((await client.images(query)).items)
    expect(answer.items.map(({ image }) => image)).to.have.members(['web', 'api', 'speaking'].map(digestOf))
    expect(report.complete?.byManifest).to.include.members([2, 4, 7])
    // The trust root and the provenance.
    expect(Object.keys(pae)).to.have.length(2)
    expect(report.established.join()).to.include('further ones, by their manifests.')
    const file = formatEvidence({ question: answer.question, answer, pae })
    expect(verifyEvidence(file, trust).complete?.components.size).to.equal(8)
  })

  for (const asked of [{ commit: COMMIT }, { signer: keys.ci.publicKey.id }, { hash: `sha256:${HASH}` }])
    it(`is to be had by ${Object.keys(asked).join()}`, async () => {
      const { answer } = await verifiedFound(client, { ...asked, ...form })
      expect(answer.items).to.have.length.above(0)
      expect(answer.items).to.deep.equal((await client.found(asked)).items)
    })

  const parts: Readonly<Record<string, SearchPart>> = {
    'a name': lodash,
    'a source package': purlPart('pkg:deb/debian/openssl', '<3.0.2'),
    'a CPE': cpePart('a:nginx:nginx'),
    'a hash': { kind: 'hash', hash: `sha256:${HASH}` },
    nothing: purlPart('pkg:npm/never'),
  }
  for (const [what, part] of Object.entries(parts))
    it(`finds by ${what} what the pages find, by the lines that tell it`, async () => {
      const question = { parts: [part], scope: {} }
      const { answer, complete } = await verifiedSearch(client, question, form)
      expect(answer.items).to.deep.equal((await verifiedSearch(client, question)).answer.items)
      expect(complete?.components.size).to.equal(8)
    })

  it('brings what was signed where that alone tells it: what an SBOM says as VEX', async () => {
    const { answer, complete } = await verifiedSearch(client, { parts: [lodash], scope: {} }, form)
    const lifted = answer.items.filter((row) => row.lifted).map(({ image }) => image)
    expect(lifted).to.deep.equal([digestOf('speaking')])
    expect(complete?.byManifest).to.include(2).and.not.include(7)
  })

  type Records = readonly JsonObject[]
  const isKind = (kind: string) => (one: JsonObject) => one['kind'] === kind
  const asked = { component: 'pkg:npm/lodash', range: '<4.17.21', ...form }
  const search = { parts: [lodash], scope: {} }

  /** What is said of an answer whose records were changed on the way. */
  async function told(edit: (records: Records) => Records, isSearch = false): Promise<string> {
    const lie = clientOf(ledger, (path, body) => {
      const isAnswer = /^ledger\/v1\/(images\?|search)/.test(path)
      return isAnswer ? recordsBytes(edit(recordsIn(body))) : body
    })
    const ask = (): Promise<unknown> =>
      isSearch ? verifiedSearch(lie, search, form) : verifiedImages(lie, asked)
    return (await asyncRefusal(ask())).reason
  }

  it('is refused without one of its rows, although it counts them so', async () => {
    const reason = await told((records) => {
      const dropped = records.findLast(isKind('Row'))
      return records
        .filter((one) => one !== dropped)
        .map((one) => {
          if (one['kind'] === 'End') return { ...one, count: Number(one['count']) - 1 }
          const coverage = one['coverage'] as JsonObject | undefined
          if (coverage === undefined) return one
          const [affected, notAffected] = [
            Number(coverage['affected']) - 1,
            Number(coverage['notAffected']) + 1,
          ]
          return { ...one, coverage: { ...coverage, affected, notAffected } }
        })
    })
    expect(reason).to.equal('answer-incomplete')
  })

  it('is refused if it was cut, even between two records', async () => {
    expect(await told((records) => records.slice(0, -1))).to.equal('answer-malformed')
    expect(await told((records) => records.filter((one) => one !== records.find(isKind('Row'))))).to.equal(
      'answer-malformed',
    )
  })

  it('is refused if it mixes two sizes of the log', async () => {
    const { proofs } = ledger
    const plain = await proofs.images({ component: asked.component, whole: true }, { at: treeSize(4) })
    const earlier = [...wholeRecords(plain)].map((line) => JSON.parse(line) as JsonObject)
    const [asOf] = earlier.filter(isKind('AsOf'))
    if (asOf === undefined) throw new Error('no checkpoint')
    expect(await told((records) => [...records.slice(0, 2), asOf, ...records.slice(2)])).to.equal(
      'answer-malformed',
    )
    const swapped = (records: Records) => records.map((one) => (one['kind'] === 'AsOf' ? asOf : one))
    expect(await told(swapped)).to.equal('rows-differ')
  })

  it('is refused without lines that may say more of what was asked', async () => {
    const cutTo = (last: number) => (records: Records) =>
      records.map((one) =>
        one['kind'] === 'Manifest' ? { ...one, parts: (one['parts'] as JsonValue[]).slice(last) } : one,
      )
    expect(await told(cutTo(-1), true)).to.equal('answer-incomplete')
    const changed = (records: Records) =>
      records.map((one) =>
        one['kind'] === 'Manifest'
          ? JSON.parse(JSON.stringify(one).replace('\\t4.17.20', '\\t4.17.21'))
          : one,
      )
    expect(await told(changed as (records: Records) => Records, true)).to.equal('map-proof-invalid')
  })
})

function recordsIn(body: Uint8Array): readonly JsonObject[] {
  const lines = new TextDecoder().decode(body).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as JsonObject)
}

function recordsBytes(records: readonly JsonObject[]): Uint8Array {
  return utf8(records.map((one) => `${JSON.stringify(one)}\n`).join(''))
}

describe('asking with proof', () => {
  const cut = new Fault('answer-too-large', 'some of them')
  const tooMuch = new Fault('payload-too-large', 'too much')

  it('asks for all rows where a page has not all of them, or too much was signed behind it', async () => {
    for (const cause of [cut, tooMuch]) {
      const asked: unknown[] = []
      const { value, ...whether } = await withProof(trust, async (...one) => {
        asked.push(one)
        return one[0].whole === undefined ? Promise.reject(cause) : 'all'
      })
      expect([value, whether]).to.deep.equal(['all', {}])
      expect(asked).to.deep.equal([
        [{ proof: 'complete' }, { unlessCut: true }],
        [form, {}],
      ])
    }
  })

  it('has the rows alone, and says why, where all are too many; and a page where a page is wanted', async () => {
    const ask = async ({ proof }: ProofForm) => (proof === undefined ? 'rows' : Promise.reject(tooMuch))
    expect(await withProof(trust, ask)).to.deep.equal({ value: 'rows', unproven: tooMuch })
    const page = async (_: ProofForm, { unlessCut = false }) => (unlessCut ? Promise.reject(cut) : 'page')
    expect(await withProof(trust, page, { hasWhole: false })).to.deep.equal({ value: 'page' })
  })

  it('has no rows alone for whoever wants their roots to be cosigned', async () => {
    const asked: unknown[] = []
    const ask = async (one: ProofForm) => {
      asked.push(one)
      return Promise.reject(tooMuch)
    }
    const strict = { ...trust, cosigned: () => ({ at: '', by: [], sentence: '' }) }
    expect((await asyncRefusal(withProof(strict, ask))).reason).to.equal('payload-too-large')
    expect(asked).to.deep.equal([{ proof: 'cosigned' }, { proof: 'cosigned', whole: true }])
  })
})
