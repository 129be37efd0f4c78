/** `admission: open`: strangers may speak; nothing that they say counts, and everybody can check that it did not. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { formatSubmission, parseEnvelope } from '../../src/attestation/envelope.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { trustRootStatement, type TrustRoot } from '../../src/attestation/trust-root.ts'
import { attestationId, imageDigest, treeSize } from '../../src/brand.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { collectSearchEvidence, verifySearchEvidence } from '../../src/client/search-evidence.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { parseJson, type JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import { formatSearchQuestion } from '../../src/verify/search-wire.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { at, removeAt, setAt, textAt } from '../helpers/json-edit.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { asyncRefusal, refusal } from '../helpers/mangle.ts'
import { clientOf, trust, clientWithoutProofs } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

const stranger = testKey('stranger')
const first = trustRoot({ ci: [keys.ci] })
const open: TrustRoot = {
  ...first,
  version: 2,
  previous: idOfPayload(trustRootStatement(first)),
  admission: 'open',
}
const asked = { component: 'pkg:npm/lodash' }
const searchFor = (purl: string) => ({ parts: [purlPart(purl)], scope: {} })
const [shop, evil] = [imageDigest(digestOf('shop')), imageDigest(digestOf('evil'))]

/** As a stranger must: with the public key, which no envelope has. */
function withKey(payload: Uint8Array, key: SigningKey): Uint8Array {
  const envelope = parseEnvelope(signEnvelope(payload, key))
  return formatSubmission({ envelope, publicKeys: [key.publicKey.spki] })
}

/** With entry 2, by `ci`, among the claims, as it would stand there if a stranger had signed it. */
function withPrincipals(evidence: JsonValue): JsonValue {
  const items = '/answer/unregistered/items'
  const claims = at(evidence, items)
  if (!Array.isArray(claims)) throw new Error('no claims')
  const more = setAt(evidence, items, [at(claims, '/0'), ...(claims as readonly JsonValue[])])
  const edits: readonly (readonly [string, JsonValue])[] = [
    ['entry', 2],
    ['key', keys.ci.publicKey.id],
    ['matches', ['pkg:npm/lodash@4.17.21']],
  ]
  return edits.reduce((made, [member, to]) => setAt(made, `${items}/0/${member}`, to), more)
}

/** 0 1 trust roots · 2 SBOM of shop by ci (lodash 4.17.21) · then a stranger: 3 the same image, 4 an image of its own, 5 provenance. */
describe('unregistered claims', () => {
  let storage: Storage
  let ledger: Ledger

  before(async () => {
    storage = openMemoryStorage()
    ledger = await createTestLedger(storage, { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(trustRootStatement(open), keys.admin))
    await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.21']), keys.ci))
    await ledger.submit(withKey(sbomPayload('shop', ['lodash@4.17.19', 'left-pad@1.0.0']), stranger))
    await ledger.submit(withKey(sbomPayload('evil', ['lodash@4.17.20']), stranger))
    await ledger.submit(
      withKey(provenancePayload('shop', 'git.test/x', 'b'.repeat(40), 'https://b'), stranger),
    )
  })

  it('are recorded and marked, the second time too; by a key that is not sent they are refused', async () => {
    const body = withKey(sbomPayload('shop', ['lodash@4.17.19', 'left-pad@1.0.0']), stranger)
    const { signatures } = await clientOf(ledger).submit(body)
    expect(signatures).to.deep.equal([
      { key: stranger.publicKey.id, entry: 3, new: false, unregistered: true },
    ])
    const unknown = ledger.submit(signEnvelope(sbomPayload('other', ['a@1']), stranger))
    expect((await asyncRefusal(unknown)).reason).to.equal('untrusted-signer')
  })

  it('stand beside rows by builder and signer too, checked offline, and make none', async () => {
    for (const question of [{ builder: 'https://b' }, { signer: stranger.publicKey.id }]) {
      const bytes = await collectEvidence(clientWithoutProofs(ledger), question)
      const { rows, unregistered } = verifyEvidence(bytes, trust)
      expect([rows, unregistered?.items.map((one) => Number(one.entry))]).to.deep.equal([
        [],
        'builder' in question ? [5] : [3, 4, 5],
      ])
      const file = parseJson(bytes)
      const places = ['/question', '/answer/question']
      const other = places.reduce((edited, place) => setAt(edited, place, { builder: 'https://other' }), file)
      expect(refusal(() => verifyEvidence(formatCanonicalJson(other), trust)).reason).to.equal('rows-differ')
    }
  })

  it('never about the ledger itself, and never by a revoked key', async () => {
    const image = { target: parseTarget(`image:${shop}`), mode: 'all', reason: 'unspecified' } as const
    const statements = [
      revocationPayload(image),
      trustRootStatement({
        ...open,
        version: 3,
        previous: attestationId(idOfPayload(trustRootStatement(open))),
      }),
    ]
    for (const payload of statements)
      expect((await asyncRefusal(ledger.submit(withKey(payload, stranger)))).reason).to.equal(
        'untrusted-signer',
      )
    const other = testKey('spammer')
    const key = {
      target: parseTarget(`key:${other.publicKey.id}`),
      mode: 'all',
      reason: 'unspecified',
    } as const
    await ledger.submit(signEnvelope(revocationPayload(key), keys.admin))
    const refused = ledger.submit(withKey(sbomPayload('shop', ['a@1']), other))
    expect((await asyncRefusal(refused)).reason).to.equal('revoked-key')
  })

  it('change no status, no count and no name; they stand apart, each proven', async () => {
    const before = await ledger.images(asked, { at: treeSize(3) })
    const now = await ledger.images(asked)
    expect(now.items).to.deep.equal(before.items)
    expect(now.coverage).to.deep.equal(before.coverage)
    expect(before.unregistered).to.equal(undefined)
    expect(
      now.unregistered?.items.map(({ entry, subjects, matches }) => [entry, subjects, matches]),
    ).to.deep.equal([
      [3, [shop], ['pkg:npm/lodash@4.17.19']],
      [4, [evil], ['pkg:npm/lodash@4.17.20']],
    ])
    expect((await ledger.images({ component: 'pkg:npm/left-pad' })).coverage.affected).to.equal(0)
  })

  it('make no row by commit, builder or signer', async () => {
    for (const question of [
      { commit: 'b'.repeat(40) },
      { builder: 'https://b' },
      { signer: stranger.publicKey.id },
    ]) {
      const found = await ledger.found(question)
      expect(found.items).to.deep.equal([])
      expect(found.unregistered?.items.map((claim) => claim.entry)).to.include(5)
    }
  })

  it('say of an image nothing that counts, and what only they name is no image', async () => {
    const judged = await verifyImage(clientOf(ledger), shop)
    expect(judged.attestations.map((one) => one.entry)).to.deep.equal([2])
    expect(judged.unregistered?.items.map((claim) => claim.entry)).to.deep.equal([3, 5])
    const unknown = await verifyImage(clientOf(ledger), evil)
    expect(unknown).to.deep.include({ status: 'unknown', names: [], attestations: [], signers: [] })
    expect(unknown.coverage.images).to.equal(1)
  })

  it('leave the index as the log gives it', () => expectSound(storage))

  const kinds = {
    evidence: {
      collect: () => collectEvidence(clientWithoutProofs(ledger), asked),
      verify: verifyEvidence,
      another: { component: 'pkg:npm/nothing' } as JsonValue,
    },
    'evidence of a search': {
      collect: () => collectSearchEvidence(clientWithoutProofs(ledger), searchFor('pkg:npm/lodash')),
      verify: verifySearchEvidence,
      another: formatSearchQuestion(searchFor('pkg:npm/nothing')),
    },
  }
  for (const [kind, { collect, verify: verifyKind, another }] of Object.entries(kinds)) {
    describe(`in ${kind}`, () => {
      let file: JsonValue

      before(async () => {
        file = parseJson(await collect())
      })

      const verify = (changed: JsonValue): string =>
        refusal(() => verifyKind(formatCanonicalJson(changed), trust)).reason

      it('are listed apart once it is checked that they are by strangers', () => {
        const report = verifyKind(formatCanonicalJson(file), trust)
        expect(report.unregistered?.items.map((claim) => claim.entry)).to.deep.equal([3, 4])
        expect(report.rows.map((row) => row.image)).to.deep.equal([shop])
      })

      const lies: readonly (readonly [string, (value: JsonValue) => JsonValue])[] = [
        ['a stranger’s SBOM as one that counts', (v) => setAt(v, '/answer/items/0/sboms', [2, 3])],
        ['a principal’s SBOM as a claim', withPrincipals],
        [
          'a claim that was not made',
          (v) => setAt(v, '/answer/unregistered/items/0/matches', ['pkg:npm/lodash@1.0.0']),
        ],
        ['a claim about another image', (v) => setAt(v, '/answer/unregistered/items/0/subjects', [evil])],
        ['another key', (v) => setAt(v, '/answer/unregistered/items/0/key', keys.ci.publicKey.id)],
        ['a claim that no entry makes', (v) => setAt(v, '/answer/unregistered/items/0/entry', 5)],
        [
          'claims out of order',
          (v) => setAt(v, '/answer/unregistered/items/1', at(v, '/answer/unregistered/items/0')),
        ],
        [
          'a claim twice',
          (v) => setAt(v, '/answer/unregistered/items/2', at(v, '/answer/unregistered/items/1')),
        ],
        ['a claim left out, its entry left in', (v) => setAt(v, '/answer/unregistered/items', [])],
      ]
      for (const [lie, tell] of lies) {
        it(`refuse ${lie}`, () => expect(verify(tell(file))).to.equal('rows-differ'))
      }

      it('refuse claims that say nothing of what was asked', () => {
        const id = textAt(file, '/answer/entries/2/attestation')
        const without = removeAt(removeAt(file, '/answer/entries/2'), `/pae/${id}`)
        const edits: readonly (readonly [string, JsonValue])[] = [
          ['/question', another],
          ['/answer/question', another],
          ['/answer/items', []],
          ['/answer/unregistered/items/0/matches', []],
          ['/answer/unregistered/items/1/matches', []],
        ]
        expect(verify(edits.reduce((v, [pointer, to]) => setAt(v, pointer, to), without))).to.equal(
          'rows-differ',
        )
      })
    })
  }

  describe('of an image', () => {
    const lies: readonly (readonly [string, (value: JsonValue) => JsonValue])[] = [
      ['a principal’s attestation as a claim', (v) => setAt(v, '/unregistered/items/0/entry', 2)],
      [
        'a stranger’s among those that count',
        (v) => {
          const named = setAt(setAt(v, '/attestations/0/entry', 3), '/attestations/0/signer', null)
          const id = setAt(named, '/attestations/0/attestation', at(v, '/entries/3/attestation'))
          const full = setAt(id, '/attestations/0/key', at(v, '/entries/3/key'))
          return setAt(full, '/attestations/0/verdict/entry', 3)
        },
      ],
    ]
    for (const [lie, tell] of lies) {
      it(`refuse ${lie}`, async () => {
        const lying = clientOf(ledger, changeJson('ledger/v1/images/', tell))
        expect((await asyncRefusal(verifyImage(lying, shop))).reason).to.equal('rows-differ')
      })
    }

    it('refuse a claim about another image', async () => {
      const other = JSON.parse(JSON.stringify(await ledger.image(evil))) as JsonValue
      const change = changeJson('ledger/v1/images/', (v) => {
        const after = setAt(v, '/unregistered/items/2', at(v, '/unregistered/items/1'))
        return setAt(
          setAt(after, '/unregistered/items/1', at(other, '/unregistered/items/0')),
          '/entries/4',
          at(other, '/entries/4'),
        )
      })
      expect((await asyncRefusal(verifyImage(clientOf(ledger, change), shop))).reason).to.equal('rows-differ')
    })
  })
})
