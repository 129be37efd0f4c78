/** The auditor of the maps against honest and lying ledgers: which map, which size, which entry and key. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import { auditIndex, type IndexAuditOptions, type IndexAuditReport } from '../../src/client/audit-index.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { formatByteList, parseByteList } from '../../src/encoding/byte-list.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { classOfReason, Fault } from '../../src/errors.ts'
import type { IndexBatch } from '../../src/ledger/ports.ts'
import { MapVersions } from '../../src/ledger/map-versions.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { formatCountedRoot } from '../../src/map/counted-root.ts'
import { manifestRoot } from '../../src/map/manifest-tree.ts'
import type { MapPair } from '../../src/map/mpt.ts'
import { componentKey, manifestKey, signerKey, statusKey, subjectKey } from '../../src/map/keys.ts'
import { verifyFraudProof } from '../../src/verify/fraud-proof.ts'
import type { Change } from '../helpers/ledger-fetch.ts'
import { parseText, setAt } from '../helpers/json-edit.ts'
import { dropKey, lyingLedger } from '../helpers/lying-ledger.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import { clientOf, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import { digestOf, keys, revocationPayload, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const audit = (of: Ledger, change?: Change, options: IndexAuditOptions = {}): Promise<IndexAuditReport> =>
  auditIndex(clientOf(of, change), options)

const found = ({ problems }: IndexAuditReport) => problems.map(({ where, reason }) => [where, reason])

/** With both maps published to the end. */
async function publishedStory(): Promise<Ledger> {
  const { ledger } = await tellStory()
  await ledger.proofs.lookUp(
    'components',
    { prefixes: [], keys: [], postings: () => false },
    { minSize: STORY_SIZE },
  )
  return ledger
}

describe('audit of the maps', () => {
  let ledger: Ledger
  before(async () => {
    ledger = await publishedStory()
  })
  after(() => ledger[Symbol.asyncDispose]())

  it('finds an honest ledger sound, and says what it compared', async () => {
    const report = await audit(ledger)
    expect(report.problems).to.deep.equal([])
    expect(report).to.deep.include({
      outcome: 'sound',
      entries: STORY_SIZE,
      derived: STORY_SIZE,
      unreadable: [],
    })
    expect(report.maps.components.size).to.equal(STORY_SIZE)
    expect(report.maps.status.size).to.equal(STORY_SIZE)
    expect(report.maps.components.roots).to.be.greaterThan(0)
  })

  it('looks into a sample by the seed, into all control statements, and still compares every root', async () => {
    const none = await audit(ledger, undefined, { sample: { share: 0, seed: 'a' } })
    expect([none.outcome, none.derived]).to.deep.equal(['sound', 3])
    const some = await audit(ledger, undefined, { sample: { share: 0.5, seed: 'a' } })
    expect(some.derived).to.be.within(3, STORY_SIZE)
    expect(some.derived).to.equal(
      (await audit(ledger, undefined, { sample: { share: 0.5, seed: 'a' } })).derived,
    )
  })

  it('goes on from where it was kept, with the same verdict, and asks for nothing twice', async () => {
    const grown = await publishedStory()
    let state: Uint8Array | undefined
    const keep: IndexAuditOptions['keep'] = async (kept, isLast) => {
      if (isLast) state = kept()
    }
    await audit(grown, undefined, { keep })
    await grown.submit(signEnvelope(sbomPayload('new', ['lodash@4.17.21']), keys.ci))
    await grown.submit(
      signEnvelope(
        revocationPayload({
          target: parseTarget(`image:${digestOf('new')}`),
          mode: 'all',
          reason: 'malicious-artifact',
        }),
        keys.admin,
      ),
    )
    await grown.proofs.lookUp(
      'components',
      { prefixes: [], keys: [], postings: () => false },
      { minSize: treeSize(10) },
    )
    const asked: string[] = []
    const noting: Change = (path, body) => {
      if (path.startsWith('ledger/v1/')) asked.push(path)
      return body
    }
    if (state === undefined) throw new Error('nothing was kept')
    const [whole, rest] = [await audit(grown), await audit(grown, noting, { state, keep })]
    expect(rest.problems).to.deep.equal([])
    expect({ ...rest, tiles: 0 }).to.deep.equal({ ...whole, tiles: 0 })
    expect(asked.sort()).to.deep.equal(['ledger/v1/manifests?from=8&to=10', 'ledger/v1/pae?from=8&to=10'])
    // Nothing is left to do: the log is still compared with what was taken in before.
    expect(found(await audit(grown, undefined, { state }))).to.deep.equal([])
    const damaged = state.with(200, (state[200] ?? 0) ^ 1)
    expect((await asyncRefusal(audit(grown, undefined, { state: damaged }))).reason).to.equal(
      'encoding-malformed',
    )
    const sampled = audit(grown, undefined, { state, sample: { share: 1, seed: 'a' } })
    expect((await asyncRefusal(sampled)).reason).to.equal('encoding-malformed')
    await grown[Symbol.asyncDispose]()
  })

  it('names the entry and the line of a manifest that is not what was signed', async () => {
    const lie: Change = (path, body) =>
      path.startsWith('ledger/v1/manifests?')
        ? formatByteList(
            parseByteList(body, 256).map((one, at) =>
              at === 3 ? utf8(new TextDecoder().decode(one).replace('4.17.21', '4.17.22')) : one,
            ),
          )
        : body
    const report = await audit(ledger, lie)
    expect(found(report)).to.deep.equal([['manifest of entry 3', 'map-differs']])
    expect(report.problems[0]?.what).to.include('4.17.21').and.to.include('4.17.22')
    // Where nobody looks into entry 3, the map that it would give is not the published one.
    const sampled = await audit(ledger, lie, { sample: { share: 0, seed: 'a' } })
    expect(found(sampled).map(([where]) => where)).to.include(
      `components map at size ${sampled.explained[0]?.size}`,
    )
  })

  it('names a manifest that is withheld or cannot be read', async () => {
    const unreadable = await audit(ledger, (path, body) =>
      path.startsWith('ledger/v1/manifests?') ? formatByteList([utf8('no manifest')]) : body,
    )
    expect(found(unreadable)[0]).to.deep.equal(['manifest of entry 0', 'integrity-error'])
    const withheld = await audit(ledger, (path, body) => {
      if (path.startsWith('ledger/v1/manifests?')) throw new Fault('not-recorded', 'none')
      return body
    })
    expect(found(withheld)[0]).to.deep.equal(['manifest of entry 0', 'not-recorded'])
  })

  it('finds a changed output log as it finds a changed log', async () => {
    for (const map of ['components', 'status']) {
      const report = await audit(ledger, (path, body) =>
        path.startsWith(`index/${map}/tile/entries/`) ? body.with(5, (body[5] ?? 0) ^ 1) : body,
      )
      expect(report.outcome).to.equal('wrong')
      expect(found(report).map(([where]) => where)).to.include(`${map} output log: checkpoint`)
    }
  })

  it('is no verdict on a checkpoint of an output log that is not signed for it', async () => {
    const status = utf8(await ledger.maps.outputDoor('status', 'v1').checkpoint())
    const swapped: Change = (path, body) => (path === 'index/components/checkpoint' ? status : body)
    expect((await asyncRefusal(audit(ledger, swapped))).reason).to.equal('wrong-log-key')
  })
})

describe('audit of the maps of a ledger that lies', () => {
  const lodash = componentKey('pkg:npm/lodash', '4.17.20')
  const shop = subjectKey(digestOf('shop'))
  const lies: readonly (readonly [
    what: string,
    lie: (batch: IndexBatch) => IndexBatch,
    wrong: {
      readonly entry: number
      readonly wrong: string
      readonly key: Uint8Array
      readonly line?: string
    },
  ])[] = [
    [
      'a component of an entry is left out',
      dropKey(lodash),
      { entry: 1, wrong: 'missing', key: lodash, line: 'p\tpkg:npm/lodash\t4.17.20' },
    ],
    [
      'one of two entries of an image is left out',
      dropKey(shop, 2),
      { entry: 2, wrong: 'missing', key: shop, line: `s\t${digestOf('shop')}\t\tname=registry.test/shop` },
    ],
    [
      'an entry is listed where it states nothing',
      (batch) => ({
        ...batch,
        postings: [...batch.postings].flatMap((one) =>
          one.index === 3 && equalBytes(one.key, signerKey(keys.ci.publicKey.id))
            ? [one, { ...one, key: lodash }]
            : [one],
        ),
      }),
      { entry: 3, wrong: 'added', key: lodash },
    ],
  ]
  for (const [what, lie, expected] of lies) {
    it(`names map, size, entry and key if ${what}, and proves it to others`, async () => {
      const ledger = await lyingLedger(lie)
      const { problems, explained } = await audit(ledger)
      await ledger[Symbol.asyncDispose]()
      const [one] = explained
      expect([problems.length, explained.length], JSON.stringify(problems)).to.deep.equal([1, 1])
      expect(problems[0]?.where).to.equal(`components map at size ${one?.size}`)
      expect(one?.size).to.be.greaterThan(expected.entry)
      expect(one?.after).to.be.at.most(expected.entry)
      expect(one?.report, one?.unexplained).to.deep.include(expected)
      const proof = one?.proof ?? new Uint8Array()
      expect(verifyFraudProof(proof, trust)).to.deep.equal(one?.report)
    })
  }

  it('finds a revocation that is left out of the status map', async () => {
    // What the ledger judges by is not what it publishes.
    const revoked = statusKey(`image:${digestOf('web')}`)
    const { problems, explained } = await auditChanged((pair) =>
      equalBytes(pair.key, revoked) ? [] : [pair],
    )
    expect(problems.map(({ where }) => where)).to.deep.equal(['status map at size 6'])
    expect(explained[0]?.report).to.deep.include({ map: 'status', entry: 5, wrong: 'missing', key: revoked })
    expect(verifyFraudProof(explained[0]?.proof ?? new Uint8Array(), trust).entry).to.equal(5)
  })

  it('finds a manifest that is committed to and is not the entry’s', async () => {
    const key = manifestKey(logIndex(3))
    const other = formatCountedRoot(manifestRoot([utf8('t\tother\t')]))
    const { explained } = await auditChanged((pair) => [
      equalBytes(pair.key, key) ? { key, value: other } : pair,
    ])
    expect(explained[0]?.report, JSON.stringify(explained)).to.deep.include({
      map: 'components',
      entry: 3,
      wrong: 'manifest',
      key,
    })
    expect(verifyFraudProof(explained[0]?.proof ?? new Uint8Array(), trust).wrong).to.equal('manifest')
  })

  /** An audit of the story where the maps have something else than they should. */
  async function auditChanged(change: (pair: MapPair) => readonly MapPair[]): Promise<IndexAuditReport> {
    const { put } = MapVersions.prototype
    MapVersions.prototype.put = function (pairs) {
      put.call(this, pairs.flatMap(change))
    }
    try {
      const ledger = await publishedStory()
      const report = await audit(ledger)
      await ledger[Symbol.asyncDispose]()
      return report
    } finally {
      MapVersions.prototype.put = put
    }
  }

  it('proves nothing if a part is missing, changed, of another entry, or of a map that is right', async () => {
    const ledger = await lyingLedger(dropKey(lodash))
    const proof = (await audit(ledger)).explained[0]?.proof ?? new Uint8Array()
    await ledger[Symbol.asyncDispose]()
    const whole = parseText(proof)
    const edits: readonly (readonly [string, (value: JsonValue) => JsonValue])[] = [
      ['consistency', (value) => setAt(value, '/consistency', [formatBase64(new Uint8Array(32))])],
      ['key', (value) => setAt(value, '/key', formatBase64(componentKey('pkg:npm/left-pad', '1.3.0')))],
      ['entry', (value) => setAt(value, '/entry', 2)],
      ['pae', (value) => setAt(value, '/pae', formatBase64(new Uint8Array(9)))],
      ['map', (value) => setAt(value, '/map', 'status')],
      ['absence', (value) => setAt(value, '/lookUp/absent', [])],
    ]
    for (const [what, edit] of edits) {
      const changed = formatCanonicalJson(edit(whole))
      const { reason } = refusal(() => verifyFraudProof(changed, trust))
      expect(classOfReason[reason], `${what}: ${reason}`).to.equal('bad-proof')
    }
    const own = verifierKeyOf('other.test', keys.log.publicKey)
    expect(refusal(() => verifyFraudProof(proof, { logKey: own })).reason).to.equal('wrong-log-key')
  })
})
