import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { imageDigest, logIndex } from '../../src/brand.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import { firstContact } from '../../src/client/first-contact.ts'
import { verifyImage } from '../../src/client/verified-image.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { formatVerifierKey, verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { at, editAt, removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import type { Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, payloads, tellStory, trust } from '../helpers/story.ts'
import { digestOf, idOfPayload, ORIGIN, testKey } from '../helpers/test-ledger.ts'

describe('verified image', () => {
  let ledger: Ledger

  before(async () => {
    ledger = (await tellStory()).ledger
  })

  const verify = (name: string, change?: Change): ReturnType<typeof verifyImage> =>
    verifyImage(clientOf(ledger, change), imageDigest(digestOf(name)))

  it('judges every attestation itself, and agrees with an honest server', async () => {
    const judged = async (name: string): Promise<unknown> =>
      (await verify(name)).attestations.map(({ entry, verdict }) => [entry, verdict.verdict])
    expect(await judged('shop')).to.deep.equal([
      [1, 'valid'],
      [2, 'valid'],
    ])
    expect(await judged('web')).to.deep.equal([[4, 'revoked']])
    expect(await judged('old')).to.deep.equal([[6, 'revoked']])
  })

  /** What a server could say of the revoked image `web`, and why it is refused. */
  const lies: readonly (readonly [string, string, (answer: JsonValue) => JsonValue])[] = [
    ['another signer', 'rows-differ', (a) => setAt(a, '/attestations/0/signer', 'admin')],
    ['another verdict', 'rows-differ', (a) => setAt(a, '/attestations/0/verdict/verdict', 'valid')],
    ['no trust root', 'not-admissible', (a) => removeAt(a, '/entries/0')],
    ['no revocation', 'rows-differ', (a) => removeAt(a, '/entries/5')],
    ['an index that ends before the entries', 'rows-differ', (a) => setAt(a, '/asOf/indexedThrough', 4)],
  ]

  for (const [lie, reason, tell] of lies) {
    it(`refuses ${lie}: ${reason}`, async () => {
      expect((await asyncRefusal(verify('web', changeJson('ledger/v1/images/', tell)))).reason).to.equal(
        reason,
      )
    })
  }

  it('refuses an attestation about another image', async () => {
    const web: JsonValue = JSON.parse(JSON.stringify(await ledger.image(imageDigest(digestOf('web')))))
    const change = changeJson('ledger/v1/images/', () => setAt(web, '/image', digestOf('shop')))
    expect((await asyncRefusal(verify('shop', change))).reason).to.equal('rows-differ')
  })

  it('refuses a revocation of the image that is shown as an attestation about it', async () => {
    const revocation = (await ledger.entry(logIndex(5))).entries['5']
    if (revocation === undefined) throw new Error('no entry 5')
    const { attestation, key, predicateType, recordedAt } = revocation
    const verdict = { entry: 5, subject: digestOf('web'), verdict: 'valid', reasons: [] }
    const row = { entry: 5, attestation, key, signer: 'admin', predicateType, recordedAt, verdict }
    const change = changeJson('ledger/v1/images/', (a) => setAt(a, '/attestations', [row]))
    expect((await asyncRefusal(verify('web', change))).reason).to.equal('rows-differ')
  })

  /** What it could say of `shop`, of which nothing is revoked. */
  const tales: readonly (readonly [string, (answer: JsonValue) => JsonValue])[] = [
    ['that nobody signed an entry that it proves', (a) => removeAt(a, '/attestations/1')],
    ['the same attestation twice', (a) => editAt(a, '/attestations', twice)],
    ['a name that nobody signed for', (a) => setAt(a, '/names', ['registry.test/other'])],
    ['another builder', (a) => setAt(a, '/provenance/0/builder', 'https://trusted.test/builder')],
    ['another commit', (a) => setAt(a, '/provenance/0/commits/0', `git.test/shop@${'b'.repeat(40)}`)],
    ['no provenance', (a) => setAt(a, '/provenance', [])],
    ['another tool', (a) => setAt(a, '/sboms/0/tool', 'trivy')],
    ['that an SBOM counts which does not', (a) => setAt(a, '/sboms/0/counts', false)],
    ['that the image is revoked', (a) => setAt(a, '/revoked', true)],
    ['that nobody knows what is inside', (a) => setAt(a, '/status', 'unknown')],
    ['another principal of a key', (a) => setAt(a, '/signers/0/principal', 'admin')],
  ]

  function twice(rows: JsonValue | undefined): JsonValue {
    if (!Array.isArray(rows)) throw new Error('no rows')
    return rows.flatMap((row: JsonValue) => [row, row])
  }

  for (const [tale, tell] of tales) {
    it(`refuses to be told ${tale}`, async () => {
      const change = changeJson('ledger/v1/images/', tell)
      expect((await asyncRefusal(verify('shop', change))).reason).to.equal('rows-differ')
    })
  }

  it('refuses entries that lie behind the end of the index, which no verdict took into account', async () => {
    const change = changeJson('ledger/v1/images/', (a) =>
      setAt(setAt(a, '/asOf/indexedThrough', 5), '/attestations/0/verdict/verdict', 'valid'),
    )
    expect((await asyncRefusal(verify('web', change))).reason).to.equal('rows-differ')
  })

  it('reads the trust root in force by judging the chain that leads to it', async () => {
    const { id, entry, root } = await currentTrustRoot(clientOf(ledger))
    expect([id, entry, root.version]).to.deep.equal([trust.trustRoot, 0, 1])
    const change = changeJson('ledger/v1/status', (a) =>
      setAt(
        setAt(setAt(a, '/trustRoot/version', 2), '/trustRoot/entry', 1),
        '/trustRoot/id',
        idOfPayload(payloads.shop),
      ),
    )
    expect((await asyncRefusal(currentTrustRoot(clientOf(ledger, change)))).reason).to.equal('rows-differ')
  })

  describe('first contact', () => {
    const contact = (change?: Change): ReturnType<typeof firstContact> =>
      firstContact(URL_OF_LEDGER, { fetch: ledgerFetch(ledger, change) })

    it('shows the log key and the trust root that the log really has', async () => {
      expect(await contact()).to.deep.equal(trust)
    })

    it('does not show a key that did not sign the log', async () => {
      const other = formatVerifierKey(verifierKeyOf(ORIGIN, testKey('other log', 'ed25519').publicKey))
      const change = changeJson('ledger/v1/status', (a) => setAt(a, '/logKey', other))
      expect((await asyncRefusal(contact(change))).reason).to.equal('wrong-log-key')
    })

    it('does not show a trust root that the log does not begin with', async () => {
      const entry: JsonValue = JSON.parse(
        JSON.stringify((await ledger.attestation(idOfPayload(payloads.shop))).entries),
      )
      const change = changeJson('ledger/v1/entries/', (a) => setAt(a, '/entries/0', at(entry, '/1')))
      expect((await asyncRefusal(contact(change))).reason).to.equal('inclusion-proof-invalid')
    })
  })
})
