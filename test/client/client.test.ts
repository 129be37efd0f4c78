import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { attestationId, imageDigest, logIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { formatVerifierKey, verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { p384TestKey } from '../helpers/test-key.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import type { Change } from '../helpers/ledger-fetch.ts'
import { at, editAt, removeAt, setAt } from '../helpers/json-edit.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, payloads, QUESTION, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import type { Story } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'

const shop = attestationId(idOfPayload(payloads.shop))
const shopImage = imageDigest(digestOf('shop'))

describe('client', () => {
  let story: Story
  let client: Client

  before(async () => {
    story = await tellStory()
    client = clientOf(story.ledger)
  })

  describe('of an honest server', () => {
    it('gets back what it submitted, proven, and the same entry when it submits again', async () => {
      const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
      const body = signEnvelope(payloads.shop, keys.ci)
      const first = await clientOf(ledger).submit(body)
      expect(first.signatures).to.deep.equal([{ key: keys.ci.publicKey.id, entry: 1, new: true }])
      const again = await clientOf(ledger).submit(body)
      expect(again.signatures).to.deep.equal([{ key: keys.ci.publicKey.id, entry: 1, new: false }])
    })

    it('gets rows, images, entries, attestations, signed bytes, revocations, status and checkpoint', async () => {
      const rows = await client.images(QUESTION)
      expect(rows.items.map((row) => row.image)).to.deep.equal([digestOf('shop'), digestOf('web')])
      expect((await client.image(shopImage)).attestations.map((one) => one.entry)).to.deep.equal([1, 2])
      expect((await client.entry(logIndex(3))).entries['3']?.attestation).to.equal(idOfPayload(payloads.api))
      expect(Object.keys((await client.attestation(shop)).entries)).to.deep.equal(['1'])
      expect((await client.pae(shop)).length).to.be.greaterThan(payloads.shop.length)
      const revoked = await client.revocations(`image:${digestOf('web')}`)
      expect([revoked.state, revoked.revocations.length]).to.deep.equal(['revoked', 1])
      expect((await client.status()).trustRoot.id).to.equal(trust.trustRoot)
      expect((await client.checkpoint()).checkpoint.size).to.equal(STORY_SIZE)
      expect(await client.tile('tile/0/000.p/8')).to.have.length(8 * 32)
      expect(await client.tile('tile/0/000.p/9')).to.equal(undefined)
    })

    it('asks page by page, and the pages together are the whole', async () => {
      const first = await client.images({ ...QUESTION, limit: 1 })
      if (first.next === undefined) throw new Error('no next page')
      const second = await client.images({ ...QUESTION, limit: 1, cursor: first.next })
      const images = [...first.items, ...second.items].map((row) => row.image)
      expect(images).to.deep.equal([digestOf('shop'), digestOf('web')])
      expect(second.next).to.equal(undefined)
    })

    it('verifies each page of rows from what was signed', async () => {
      const { report, answer } = await verifiedImages(client, { ...QUESTION, limit: 1 })
      expect(report.rows).to.deep.equal(answer.items)
      expect(report.notEstablished.map((one) => one.id)).to.include('more-rows')
    })
  })

  describe('of a lying server', () => {
    const lying = (change: Change): Client => clientOf(story.ledger, change)
    const images = (edit: (answer: JsonValue) => JsonValue): Promise<unknown> =>
      lying(changeJson('ledger/v1/images?', edit)).images(QUESTION)
    const other = attestationId(idOfPayload(payloads.api))
    /** One image less of the one status, one more of the other: the sum stays. */
    const moved = (a: JsonValue, from: string, to: string): JsonValue =>
      setAt(
        setAt(a, `/coverage/${from}`, Number(at(a, `/coverage/${from}`)) - 1),
        `/coverage/${to}`,
        Number(at(a, `/coverage/${to}`)) + 1,
      )

    /** What it answers, and why the client refuses it. */
    const lies: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      [
        'rows for another component',
        'entry-mismatch',
        () => images((a) => setAt(a, '/question/component', 'pkg:npm/left-pad')),
      ],
      [
        'rows for another range',
        'entry-mismatch',
        () => images((a) => setAt(a, '/question/range', 'vers:npm/<5.0.0')),
      ],
      ['rows for no range', 'entry-mismatch', () => images((a) => removeAt(a, '/question/range'))],
      [
        'a match in an entry that it does not prove',
        'entry-mismatch',
        () => images((a) => setAt(a, '/items/0/matches/0/entry', 3)),
      ],
      [
        'an SBOM that it does not prove',
        'entry-mismatch',
        () => images((a) => setAt(a, '/items/0/sboms/0', 3)),
      ],
      [
        'provenance that it does not prove',
        'entry-mismatch',
        () => images((a) => setAt(a, '/items/0/provenance/0/entry', 3)),
      ],
      [
        'an entry without its proof',
        'inclusion-proof-invalid',
        () => images((a) => setAt(a, '/entries/1/inclusion', [])),
      ],
      ['a wrong size', 'entry-mismatch', () => images((a) => setAt(a, '/asOf/treeSize', 99))],
      ['no coverage', 'answer-malformed', () => images((a) => removeAt(a, '/coverage'))],
      ['counts that do not add up', 'rows-differ', () => images((a) => setAt(a, '/coverage/images', 9))],
      ['more rows than it counts', 'rows-differ', () => images((a) => moved(a, 'affected', 'unknown'))],
      ['fewer rows than it counts', 'rows-differ', () => images((a) => moved(a, 'notAffected', 'affected'))],
      [
        "another key's entry as one of the signer asked for",
        'entry-mismatch',
        () =>
          lying(changeJson('ledger/v1/images?', (a) => setAt(a, '/items/0/matches/0/entry', 5))).found({
            signer: keys.ci.publicKey.id,
          }),
      ],
      [
        'half an answer',
        'answer-malformed',
        () => lying((_path, body) => body.subarray(0, body.length / 2)).images(QUESTION),
      ],
      [
        'an answer with a member twice',
        'answer-malformed',
        () =>
          lying((_p, body) => replaced(body, '{"question"', '{"assurance":"rows","question"')).images(
            QUESTION,
          ),
      ],
      [
        'another image',
        'entry-mismatch',
        () =>
          lying(changeJson('ledger/v1/images/', (a) => setAt(a, '/image', digestOf('api')))).image(shopImage),
      ],
      [
        'an attestation of the image under another key',
        'entry-mismatch',
        () =>
          lying(
            changeJson('ledger/v1/images/', (a) => setAt(a, '/attestations/0/key', keys.admin.publicKey.id)),
          ).image(shopImage),
      ],
      [
        'an attestation of the image under another id',
        'entry-mismatch',
        () =>
          lying(changeJson('ledger/v1/images/', (a) => setAt(a, '/attestations/0/attestation', other))).image(
            shopImage,
          ),
      ],
      [
        'a verdict on another entry',
        'entry-mismatch',
        () =>
          lying(changeJson('ledger/v1/images/', (a) => setAt(a, '/attestations/0/verdict/entry', 2))).image(
            shopImage,
          ),
      ],
      [
        'another entry',
        'entry-mismatch',
        () => lying(changeJson('ledger/v1/entries/', (a) => setAt(a, '/entry', 2))).entry(logIndex(1)),
      ],
      [
        'an entry with nothing behind it',
        'entry-mismatch',
        () => lying(changeJson('ledger/v1/entries/', (a) => setAt(a, '/entries', {}))).entry(logIndex(1)),
      ],
      [
        'another attestation',
        'entry-mismatch',
        () =>
          lying(changeJson('ledger/v1/attestations/', (a) => setAt(a, '/attestation', other))).attestation(
            shop,
          ),
      ],
      ["another attestation's entries", 'entry-mismatch', () => mixedAttestation()],
      [
        'other signed bytes',
        'entry-mismatch',
        () => lying((path, body) => (path.endsWith('/pae') ? body.subarray(1) : body)).pae(shop),
      ],
      [
        'revocations of another target',
        'entry-mismatch',
        () => revocations((a) => setAt(a, '/target', `image:${digestOf('shop')}`)),
      ],
      [
        'a revocation that it does not prove',
        'entry-mismatch',
        () => revocations((a) => removeAt(a, '/entries/5')),
      ],
      ['a state that is none', 'answer-malformed', () => revocations((a) => setAt(a, '/state', 'fine'))],
      [
        'another log key in its status',
        'entry-mismatch',
        () =>
          status((a) =>
            setAt(a, '/logKey', formatVerifierKey(verifierKeyOf(ORIGIN, testKey('x', 'ed25519').publicKey))),
          ),
      ],
      ['another first trust root', 'entry-mismatch', () => status((a) => setAt(a, '/trustRoot/id', other))],
      [
        'a checkpoint that was changed',
        'checkpoint-signature-invalid',
        () => lying((_path, body) => replaced(body, '\n8\n', '\n9\n')).checkpoint(),
      ],
      [
        'a checkpoint that is no text',
        'checkpoint-signature-invalid',
        () => lying(() => Uint8Array.of(0xff)).checkpoint(),
      ],
    ]

    const revocations = (edit: (answer: JsonValue) => JsonValue): Promise<unknown> =>
      lying(changeJson('ledger/v1/revocations', edit)).revocations(`image:${digestOf('web')}`)
    const status = (edit: (answer: JsonValue) => JsonValue): Promise<unknown> =>
      lying(changeJson('ledger/v1/status', edit)).status()

    async function mixedAttestation(): Promise<unknown> {
      const api: JsonValue = JSON.parse(JSON.stringify(await story.ledger.attestation(other)))
      return lying(
        changeJson('ledger/v1/attestations/', (a) => setAt(a, '/entries', at(api, '/entries'))),
      ).attestation(shop)
    }

    for (const [lie, reason, ask] of lies) {
      it(`refuses ${lie}: ${reason}`, async () => {
        expect((await asyncRefusal(ask())).reason).to.equal(reason)
      })
    }

    it('refuses an answer to a submission that is about something else', async () => {
      const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
      const body = signEnvelope(payloads.shop, keys.ci)
      await ledger.submit(body)
      await ledger.submit(signEnvelope(payloads.api, keys.ci))
      const [mine, theirs]: JsonValue[] = JSON.parse(
        JSON.stringify([
          (await ledger.submit(body)).answer,
          (await ledger.submit(signEnvelope(payloads.api, keys.ci))).answer,
        ]),
      )
      if (mine === undefined || theirs === undefined) throw new Error('no answers')
      const told: readonly JsonValue[] = [
        theirs,
        setAt(theirs, '/attestation', at(mine, '/attestation')),
        setAt(mine, '/signatures/0/key', keys.admin.publicKey.id),
        setAt(mine, '/signatures/0/entry', 0),
        setAt(mine, '/entries', at(theirs, '/entries')),
        setAt(mine, '/signatures', []),
        setAt(mine, '/signatures', [{ keyid: keys.ci.publicKey.id, leftOut: 'untrusted-signer' }]),
      ]
      for (const answer of told) {
        const client = clientOf(
          ledger,
          changeJson('ledger/v1/attestations', () => answer),
        )
        expect((await asyncRefusal(client.submit(body))).reason).to.equal('entry-mismatch')
      }
    })

    it('refuses the entry of another signer of the same statement: the submitted signature was dropped', async () => {
      const [other, late] = [testKey('other'), testKey('late')]
      await using ledger = await createTestLedger(openMemoryStorage(), {
        batchWindowMs: 0,
        submitters: { ci: [keys.ci], other: [other] },
      })
      const recorded = signEnvelope(payloads.shop, other)
      const dropping: typeof fetch = (url, init) =>
        ledgerFetch(ledger)(url, init?.method === 'POST' ? { ...init, body: new Uint8Array(recorded) } : init)
      const liar = new Client({ url: URL_OF_LEDGER, ...trust, fetch: dropping })
      expect((await liar.submit(recorded)).signatures).to.have.length(1)
      for (const key of [keys.ci, late]) {
        const fault = await asyncRefusal(liar.submit(signEnvelope(payloads.shop, key)))
        expect([fault.reason, fault.message]).to.deep.equal([
          'entry-mismatch',
          `entry 1: expected a signature that was submitted, got one by ${other.publicKey.id}`,
        ])
      }
    })

    it('refuses an attestation without an entry', async () => {
      const liar = clientOf(
        story.ledger,
        changeJson('ledger/v1/attestations/', (answer) => setAt(answer, '/entries', {})),
      )
      expect((await asyncRefusal(liar.attestation(shop))).reason).to.equal('entry-mismatch')
    })

    it('refuses an attestation id that the entry of a P-384 key does not say itself', async () => {
      const p384 = p384TestKey('ci')
      const ledger = await createTestLedger(openMemoryStorage(), {
        batchWindowMs: 0,
        submitters: { ci: [keys.ci, p384] },
      })
      await ledger.submit(signEnvelope(payloads.shop, keys.ci))
      await ledger.submit(signEnvelope(payloads.api, p384))
      expect((await clientOf(ledger).entry(logIndex(2))).entries['2']?.attestation).to.equal(other)
      expect(Object.keys((await clientOf(ledger).attestation(other)).entries)).to.deep.equal(['2'])
      const rename = (a: JsonValue): JsonValue => setAt(a, '/entries/2/attestation', shop)
      const byIndex = clientOf(ledger, changeJson('ledger/v1/entries/2', rename)).entry(logIndex(2))
      expect((await asyncRefusal(byIndex)).reason).to.equal('entry-mismatch')
      const entries: JsonValue = JSON.parse(JSON.stringify((await ledger.attestation(other)).entries))
      const answered = (a: JsonValue): JsonValue => rename(setAt(a, '/entries', entries))
      const path = `ledger/v1/attestations/${shop}`
      const lie: Change = (where, body) => (where === path ? changeJson(path, answered)(where, body) : body)
      expect((await asyncRefusal(clientOf(ledger, lie).attestation(shop))).reason).to.equal('entry-mismatch')
    })

    it('refuses rows that do not follow from what was signed, whatever the proofs of the entries say', async () => {
      const told: readonly ((answer: JsonValue) => JsonValue)[] = [
        (a) => editAt(a, '/items/0/matches/0/purl', () => 'pkg:npm/lodash@4.17.19'),
        (a) => setAt(a, '/items/0/status', 'undetermined'),
        (a) => setAt(a, '/items/1/revoked', false),
        (a) => setAt(a, '/items/0/image', digestOf('nobody')),
      ]
      for (const tell of told) {
        const client = lying(changeJson('ledger/v1/images?', tell))
        expect((await asyncRefusal(verifiedImages(client, QUESTION))).reason).to.equal('rows-differ')
      }
    })

    it('leaves members alone that it does not know: the interface grows', async () => {
      const client = lying(
        changeJson('ledger/v1/images?', (a) => setAt(setAt(a, '/later', 1), '/items/0/later', 1)),
      )
      expect((await client.images(QUESTION)).items).to.have.length(2)
    })
  })

  it('refuses an address that is none of http or https, or that carries secrets', async () => {
    for (const url of [
      'ledger.test',
      'file:///etc/passwd',
      'https://u:p@ledger.test',
      'https://ledger.test/?a=1',
      'https://ledger.test/#x',
      '',
    ]) {
      const made = Promise.resolve().then(() => new Client({ url, ...trust }))
      expect((await asyncRefusal(made)).reason).to.equal('parameter-malformed')
    }
    expect(new Client({ url: 'https://ledger.test/a', ...trust }).url.href).to.equal('https://ledger.test/a/')
  })
})

function replaced(body: Uint8Array, from: string, to: string): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(body).replace(from, to))
}
